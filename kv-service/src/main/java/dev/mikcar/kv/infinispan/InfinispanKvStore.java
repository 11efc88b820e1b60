package dev.mikcar.kv.infinispan;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.work.Cancellation;
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
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
  private static final int RETRY_FULL_SECONDS = 5;

  /** What a key takes in memory besides its own bytes and those of its entry, about. */
  private static final int OVERHEAD = 400;

  private final EmbeddedCacheManager manager;
  private final AdvancedCache<byte[], byte[]> cache;
  private final ReadWriteMap<byte[], byte[]> changes;
  private final Optional<SqliteStore> disk;
  private final KeyIndex index = new KeyIndex();
  private final Clock clock;
  private final ScheduledFuture<?> sweeper;
  private final AtomicBoolean sweeping = new AtomicBoolean();

  /** The bytes of all entries, and their limit. */
  private final AtomicLong held = new AtomicLong();

  private final long most;

  /**
   * Reads the keys that are on disk into the index; blocks for that.
   *
   * @param most how many bytes may be kept in memory
   */
  InfinispanKvStore(
      EmbeddedCacheManager manager, AdvancedCache<byte[], byte[]> cache, long most, Clock clock) {
    this.most = most;
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
    changes.listeners().onModify(this::overwritten);
    changes.listeners().onRemove(this::removed);
    this.sweeper =
        Infrastructure.getDefaultWorkerPool()
            .scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  /** Called, as all three listeners are, under the key's lock and after the write to disk. */
  private void written(ReadEntryView<?, ?> view) {
    byte[] entry = bytes(view);
    index.put(key(view), EntryCodec.expiryOf(entry));
    held.addAndGet((long) OVERHEAD + key(view).utf8().length + entry.length);
  }

  private void overwritten(ReadEntryView<?, ?> before, ReadEntryView<?, ?> after) {
    byte[] entry = bytes(after);
    index.put(key(after), EntryCodec.expiryOf(entry));
    held.addAndGet(entry.length - bytes(before).length);
  }

  private void removed(ReadEntryView<?, ?> view) {
    index.remove(key(view));
    held.addAndGet(-((long) OVERHEAD + key(view).utf8().length + bytes(view).length));
  }

  private static byte[] bytes(ReadEntryView<?, ?> view) {
    return ((WrappedByteArray) view.get()).getBytes();
  }

  /** Infinispan gives listeners keys and values in the form in which it stores them. */
  private static Key key(ReadEntryView<?, ?> view) {
    return Key.ofUtf8(((WrappedByteArray) view.key()).getBytes());
  }

  @Override
  public Uni<Optional<Entry>> get(Key key) {
    // Every key that there is, is in the index: no disk need be asked for others.
    if (index.expiresAt(key, clock.millis()).isEmpty()) {
      return Uni.createFrom().item(Optional.empty());
    }
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
            return new Change.None<>(Optional.empty());
          }
          long before = current == null ? Entry.NEVER : current.expiresAt();
          Entry entry = new Entry(value, etag, ttl.expiresAt(clock.millis(), before));
          return new Change.Put<>(entry, Optional.of(etag));
        });
  }

  @Override
  public Uni<Deletion> delete(Key key, Condition condition) {
    return change(
        key,
        stored -> {
          if (!condition.equals(Condition.NONE) && !condition.holdsFor(stored.get())) {
            return new Change.None<>(Deletion.REFUSED);
          }
          return index.expiresAt(key, clock.millis()).isPresent()
              ? new Change.Remove<>(Deletion.DELETED)
              : new Change.None<>(Deletion.ABSENT);
        });
  }

  @Override
  public Uni<Long> increment(Key key, long by, Condition condition) {
    return change(
        key,
        stored -> {
          Entry current = stored.get();
          if (!condition.holdsFor(current)) {
            return new Change.Refuse<>(unmet());
          }
          long sum;
          try {
            sum = Math.addExact(current == null ? 0 : integer(current), by);
          } catch (ArithmeticException e) {
            return new Change.Refuse<>(
                new ApiException.Conflict("OUT_OF_RANGE", "the sum does not fit 64 bits"));
          } catch (NumberFormatException e) {
            return new Change.Refuse<>(
                new ApiException.Conflict("NOT_AN_INTEGER", "the value is not a 64-bit integer"));
          }
          String type = current == null ? Value.TEXT : current.value().contentType();
          byte[] digits = Long.toString(sum).getBytes(StandardCharsets.US_ASCII);
          long expiresAt = current == null ? Entry.NEVER : current.expiresAt();
          return new Change.Put<>(Entry.of(new Value(digits, type), expiresAt), sum);
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
  public Uni<Boolean> expire(Key key, Ttl ttl, Condition condition) {
    return change(
        key,
        stored -> {
          Entry current = stored.get();
          if (!condition.holdsFor(current)) {
            return new Change.Refuse<>(unmet());
          }
          return current == null
              ? new Change.None<>(false)
              : new Change.Put<>(
                  current.expiringAt(ttl.expiresAt(clock.millis(), current.expiresAt())), true);
        });
  }

  @Override
  public Uni<OptionalLong> expiresAt(Key key) {
    return Uni.createFrom().item(index.expiresAt(key, clock.millis()));
  }

  @Override
  public Uni<KeyPage> keys(Glob glob, int limit, Cancellation cancellation) {
    return Uni.createFrom()
        .item(() -> index.keys(glob, limit, clock.millis(), cancellation))
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  @Override
  public Uni<KeyPage> scan(Glob glob, int count, Optional<Key> after, Cancellation cancellation) {
    return Uni.createFrom()
        .item(() -> index.scan(glob, count, after.orElse(null), clock.millis(), cancellation))
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
    switch (change) {
      case Change.Put<R> put -> {
        byte[] entry = EntryCodec.encode(put.entry());
        if (most != Long.MAX_VALUE && !hasRoomFor(view, entry.length)) {
          return new Change.Refuse<>(
              new ApiException.BackendUnavailable(
                  "the memory of the kv store is full; deleting works", RETRY_FULL_SECONDS));
        }
        view.set(entry);
      }
      case Change.Remove<R> _ -> view.remove();
      case Change.None<R> _ -> {}
      case Change.Refuse<R> _ -> {}
    }
    return change;
  }

  /** What makes an entry smaller is always taken. */
  private boolean hasRoomFor(ReadWriteEntryView<byte[], byte[]> view, int length) {
    long before = view.find().map(entry -> (long) entry.length).orElse((long) -OVERHEAD);
    return length <= before || held.get() + length - before <= most;
  }

  private static ApiException unmet() {
    return new ApiException.PreconditionFailed("the condition of the request is not met");
  }

  /** Gives back the space of what has expired, some keys at a time, until none is left. */
  private void sweep() {
    if (sweeping.compareAndSet(false, true)) {
      sweepMore();
    }
  }

  private void sweepMore() {
    CompletableFuture<?>[] removals =
        index.gone(clock.millis(), SWEEP).stream()
            .map(key -> changes.eval(key.utf8(), this::removeIfGone))
            .toArray(CompletableFuture[]::new);
    var _ =
        CompletableFuture.allOf(removals)
            .whenCompleteAsync(
                (_, failure) -> {
                  if (failure != null) {
                    LOG.debugf(failed(failure), "Expired keys were not removed");
                  }
                  if (failure == null && removals.length == SWEEP && !sweeper.isCancelled()) {
                    sweepMore();
                  } else {
                    sweeping.set(false);
                  }
                },
                Infrastructure.getDefaultWorkerPool());
  }

  private boolean removeIfGone(ReadWriteEntryView<byte[], byte[]> view) {
    boolean gone =
        view.find().filter(e -> Entry.isGone(EntryCodec.expiresAt(e), clock.millis())).isPresent();
    if (gone) {
      view.remove();
    }
    return gone;
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
        case ApiException told -> {
          return told;
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
