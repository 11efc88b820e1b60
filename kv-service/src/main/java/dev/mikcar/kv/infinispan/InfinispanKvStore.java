package dev.mikcar.kv.infinispan;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Glob;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.infinispan.AdvancedCache;
import org.infinispan.commons.TimeoutException;
import org.infinispan.commons.marshall.WrappedByteArray;
import org.infinispan.factories.ComponentRegistry;
import org.infinispan.functional.EntryView.ReadEntryView;
import org.infinispan.functional.EntryView.ReadWriteEntryView;
import org.infinispan.functional.FunctionalMap.ReadWriteMap;
import org.infinispan.functional.impl.FunctionalMapImpl;
import org.infinispan.functional.impl.ReadWriteMapImpl;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.persistence.manager.PersistenceManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * kv on one Infinispan cache of this process. A change of a key is one function that the cache runs
 * under the key's lock, and whose result it writes to its store on disk, if it has one, before it
 * answers. The expiry is in the entry, and this class alone applies it.
 */
final class InfinispanKvStore implements KvStore {
  private static final Logger LOG = Logger.getLogger(InfinispanKvStore.class);
  private static final int SWEEP = 1_000;
  private static final int RETRY_SECONDS = 1;

  private final EmbeddedCacheManager manager;
  private final AdvancedCache<byte[], byte[]> cache;
  private final ReadWriteMap<byte[], byte[]> changes;
  private final Optional<SqliteStore> disk;
  private final KeyIndex index = new KeyIndex();
  private final Clock clock;
  private final ScheduledFuture<?> sweeper;

  /** Reads the keys that are on disk into the index; blocks for that. */
  InfinispanKvStore(
      EmbeddedCacheManager manager, AdvancedCache<byte[], byte[]> cache, Clock clock) {
    this.manager = manager;
    this.cache = cache;
    this.changes = ReadWriteMapImpl.create(FunctionalMapImpl.create(cache));
    this.disk =
        ComponentRegistry.componentOf(cache, PersistenceManager.class)
            .getStores(SqliteStore.class)
            .stream()
            .findFirst();
    this.clock = clock;
    disk.ifPresent(store -> store.forEachKey((key, at) -> index.put(Key.ofUtf8(key), at)));
    changes.listeners().onCreate(this::written);
    changes.listeners().onModify((before, after) -> written(after));
    changes.listeners().onRemove(before -> index.remove(key(before)));
    this.sweeper =
        Infrastructure.getDefaultWorkerPool()
            .scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  /** Called, as all three listeners are, under the key's lock and after the write to disk. */
  private void written(ReadEntryView<?, ?> view) {
    index.put(key(view), EntryCodec.expiresAt(((WrappedByteArray) view.get()).getBytes()));
  }

  /** Infinispan gives listeners keys and values in the form in which it stores them. */
  private static Key key(ReadEntryView<?, ?> view) {
    return Key.ofUtf8(((WrappedByteArray) view.key()).getBytes());
  }

  @Override
  public Uni<Optional<Entry>> get(Key key) {
    CompletableFuture<byte[]> read = cache.getAsync(key.utf8());
    // The usual case, an entry in memory, costs no more than the look-up.
    if (read.isDone() && !read.isCompletedExceptionally()) {
      return Uni.createFrom().item(live(read.join()));
    }
    return Uni.createFrom()
        .completionStage(read)
        .map(this::live)
        .onFailure()
        .transform(this::failed);
  }

  private Optional<Entry> live(byte @Nullable [] stored) {
    return Optional.ofNullable(current(stored));
  }

  private @Nullable Entry current(byte @Nullable [] stored) {
    if (stored == null) {
      return null;
    }
    Entry entry = EntryCodec.decode(stored);
    return Entry.isGone(entry.expiresAt(), clock.millis()) ? null : entry;
  }

  @Override
  public Uni<Optional<String>> set(Key key, Value value, Ttl ttl, Condition condition) {
    String etag = value.etag();
    return change(
        key,
        stored -> {
          // What is overwritten whatever it is need not be read, nor be whole.
          boolean blind = condition.equals(Condition.NONE) && !ttl.equals(Ttl.keep());
          Entry current = blind ? null : stored.get();
          if (!condition.holdsFor(current)) {
            return Change.none(Optional.empty());
          }
          long before = current == null ? Entry.NEVER : current.expiresAt();
          Entry entry = new Entry(value, etag, ttl.expiresAt(clock.millis(), before));
          return Change.put(entry, Optional.of(etag));
        });
  }

  @Override
  public Uni<Deletion> delete(Key key, Condition condition) {
    return change(
        key,
        stored -> {
          if (!condition.equals(Condition.NONE) && !condition.holdsFor(stored.get())) {
            return Change.none(Deletion.REFUSED);
          }
          return index.expiresAt(key, clock.millis()).isPresent()
              ? Change.remove(Deletion.DELETED)
              : Change.none(Deletion.ABSENT);
        });
  }

  @Override
  public Uni<Long> increment(Key key, long by) {
    return change(
        key,
        stored -> {
          Entry current = stored.get();
          long sum;
          try {
            sum = Math.addExact(current == null ? 0 : integer(current), by);
          } catch (ArithmeticException e) {
            return Change.refuse(
                new ApiException.Conflict("OUT_OF_RANGE", "the sum does not fit 64 bits"));
          } catch (NumberFormatException e) {
            return Change.refuse(
                new ApiException.Conflict("NOT_AN_INTEGER", "the value is not a 64-bit integer"));
          }
          String type = current == null ? Value.TEXT : current.value().contentType();
          byte[] digits = Long.toString(sum).getBytes(StandardCharsets.US_ASCII);
          long expiresAt = current == null ? Entry.NEVER : current.expiresAt();
          return Change.put(Entry.of(new Value(digits, type), expiresAt), sum);
        });
  }

  /** As Redis reads it: no sign but a minus, no blanks, no leading zeros. */
  private static long integer(Entry entry) {
    byte[] bytes = entry.value().bytes();
    String text = bytes.length > 20 ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
    long number = Long.parseLong(text);
    if (!Long.toString(number).equals(text)) {
      throw new NumberFormatException();
    }
    return number;
  }

  @Override
  public Uni<Boolean> expire(Key key, Ttl ttl) {
    return change(
        key,
        stored -> {
          Entry current = stored.get();
          return current == null
              ? Change.none(false)
              : Change.put(
                  current.expiringAt(ttl.expiresAt(clock.millis(), current.expiresAt())), true);
        });
  }

  @Override
  public Uni<OptionalLong> expiresAt(Key key) {
    return Uni.createFrom().item(index.expiresAt(key, clock.millis()));
  }

  @Override
  public Uni<KeyPage> keys(Glob glob, int limit) {
    return Uni.createFrom()
        .item(() -> index.keys(glob, limit, clock.millis()))
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  @Override
  public Uni<KeyPage> scan(Glob glob, int count, Optional<Key> after) {
    return Uni.createFrom()
        .item(() -> index.scan(glob, count, after.orElse(null), clock.millis()))
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  @Override
  public Uni<Void> ping() {
    return disk.map(
            store ->
                Uni.createFrom()
                    .completionStage(store::probe)
                    .onFailure()
                    .transform(this::failed)
                    .replaceWithVoid())
        .orElseGet(() -> Uni.createFrom().voidItem());
  }

  @Override
  public void close() {
    sweeper.cancel(false);
    manager.stop();
  }

  /** Runs a change of one key as one step, and answers when it is on disk, if there is one. */
  private <R> Uni<R> change(Key key, Function<Supplier<@Nullable Entry>, Change<R>> decide) {
    return Uni.createFrom()
        // A copy, for a caller that goes away cancels what it waits for, and the change goes on.
        .completionStage(() -> changes.eval(key.utf8(), view -> apply(view, decide)).copy())
        .onFailure()
        .transform(this::failed)
        .map(Change::result);
  }

  private <R> Change<R> apply(
      ReadWriteEntryView<byte[], byte[]> view,
      Function<Supplier<@Nullable Entry>, Change<R>> decide) {
    Change<R> change = decide.apply(() -> current(view.find().orElse(null)));
    switch (change.kind()) {
      case PUT -> view.set(EntryCodec.encode(change.entry()));
      case REMOVE -> view.remove();
      case NONE -> {}
    }
    return change;
  }

  /** Gives back the space of what has expired. */
  private void sweep() {
    for (Key key : index.gone(clock.millis(), SWEEP)) {
      var _ = changes.eval(key.utf8(), this::removeIfGone).exceptionally(this::notSwept);
    }
  }

  private boolean removeIfGone(ReadWriteEntryView<byte[], byte[]> view) {
    boolean gone =
        view.find().filter(e -> Entry.isGone(EntryCodec.expiresAt(e), clock.millis())).isPresent();
    if (gone) {
      view.remove();
    }
    return gone;
  }

  private boolean notSwept(Throwable failure) {
    LOG.debugf(failed(failure), "An expired key was not removed");
    return false;
  }

  /** A failure of the cache, as the caller is told. The disk's own are in the log already. */
  private Throwable failed(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      switch (t) {
        case EntryCodec.DamagedEntryException damaged -> {
          return damaged;
        }
        case TimeoutException timeout -> {
          return new ApiException.BackendTimeout("too many writers wait for this key");
        }
        case SQLException sql -> {
          return unavailable();
        }
        case RejectedExecutionException closed -> {
          return unavailable();
        }
        default -> {}
      }
    }
    return failure;
  }

  private static ApiException unavailable() {
    return new ApiException.BackendUnavailable(
        "the kv store cannot read or write now", RETRY_SECONDS);
  }
}
