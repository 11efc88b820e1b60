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
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.infinispan.AdvancedCache;
import org.infinispan.commons.TimeoutException;
import org.infinispan.commons.util.CloseableIterator;
import org.infinispan.container.entries.CacheEntry;
import org.infinispan.functional.EntryView.ReadWriteEntryView;
import org.infinispan.functional.FunctionalMap.ReadWriteMap;
import org.infinispan.functional.impl.FunctionalMapImpl;
import org.infinispan.functional.impl.ReadWriteMapImpl;
import org.infinispan.manager.EmbeddedCacheManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * kv on one Infinispan cache of this process. A change of a key is one function that the cache runs
 * under the key's lock, and whose result it writes to its file store, if it has one, before it
 * answers. The expiry is in the entry, and this class alone applies it.
 *
 * <p>The file store does not survive a failed write: its later writes hang. So after the first one
 * this store is broken for good; what it was doing fails, {@code onBroken} is told, and {@link
 * RecoveringKvStore} opens another.
 */
final class InfinispanKvStore implements KvStore {
  private static final Logger LOG = Logger.getLogger(InfinispanKvStore.class);
  private static final int SWEEP = 1_000;
  private static final int RETRY_SECONDS = 1;

  private final EmbeddedCacheManager manager;
  private final AdvancedCache<byte[], byte[]> cache;
  private final ReadWriteMap<byte[], byte[]> changes;
  private final KeyIndex index = new KeyIndex();
  private final Clock clock;
  private final Consumer<Throwable> onBroken;
  private final Set<Runnable> running = ConcurrentHashMap.newKeySet();
  private final ScheduledFuture<?> sweeper;
  private volatile @Nullable Throwable broken;

  /** Reads the keys of the cache into the index; blocks for that. */
  InfinispanKvStore(
      EmbeddedCacheManager manager,
      AdvancedCache<byte[], byte[]> cache,
      Clock clock,
      Consumer<Throwable> onBroken) {
    this.manager = manager;
    this.cache = cache;
    this.changes = ReadWriteMapImpl.create(FunctionalMapImpl.create(cache));
    this.clock = clock;
    this.onBroken = onBroken;
    fillIndex();
    this.sweeper =
        Infrastructure.getDefaultWorkerPool()
            .scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  private void fillIndex() {
    try (CloseableIterator<CacheEntry<byte[], byte[]>> entries = cache.cacheEntrySet().iterator()) {
      while (entries.hasNext()) {
        Map.Entry<byte[], byte[]> entry = entries.next();
        Key key = Key.ofUtf8(entry.getKey());
        try {
          index.put(key, EntryCodec.expiresAt(entry.getValue()));
        } catch (EntryCodec.DamagedEntryException e) {
          LOG.errorf("The entry of a key of %d bytes is damaged", key.utf8().length);
          index.put(key, Entry.NEVER);
        }
      }
    }
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
        current -> {
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
        current -> {
          if (!condition.holdsFor(current)) {
            return Change.none(Deletion.REFUSED);
          }
          return current == null ? Change.none(Deletion.ABSENT) : Change.remove(Deletion.DELETED);
        });
  }

  @Override
  public Uni<Long> increment(Key key, long by) {
    return change(
        key,
        current -> {
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
        current ->
            current == null
                ? Change.none(false)
                : Change.put(
                    current.expiringAt(ttl.expiresAt(clock.millis(), current.expiresAt())), true));
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
    return broken == null ? Uni.createFrom().voidItem() : Uni.createFrom().failure(unavailable());
  }

  @Override
  public void close() {
    sweeper.cancel(false);
    manager.stop();
  }

  /** Runs a change of one key as one step, and answers when it is on disk, if there is one. */
  private <R> Uni<R> change(Key key, Function<@Nullable Entry, Change<R>> decide) {
    if (broken != null) {
      return Uni.createFrom().failure(unavailable());
    }
    CompletableFuture<Change<R>> written =
        changes.eval(key.utf8(), view -> apply(key, view, decide));
    return Uni.createFrom()
        .<Change<R>>emitter(
            caller -> {
              Runnable giveUp = () -> caller.fail(unavailable());
              running.add(giveUp);
              var _ =
                  written.whenComplete(
                      (change, failure) -> {
                        running.remove(giveUp);
                        if (failure == null) {
                          caller.complete(change);
                        } else {
                          caller.fail(failed(failure));
                        }
                      });
              if (broken != null) {
                giveUp.run();
              }
            })
        .map(Change::result);
  }

  /** Under the key's lock. The index may be ahead of the disk, never of what is answered. */
  private <R> Change<R> apply(
      Key key,
      ReadWriteEntryView<byte[], byte[]> view,
      Function<@Nullable Entry, Change<R>> decide) {
    Change<R> change = decide.apply(current(view.find().orElse(null)));
    switch (change.kind()) {
      case PUT -> {
        view.set(EntryCodec.encode(change.entry()));
        index.put(key, change.entry().expiresAt());
      }
      case REMOVE -> {
        view.remove();
        index.remove(key);
      }
      case NONE -> {}
    }
    return change;
  }

  /** Gives back the space of what has expired. */
  private void sweep() {
    long now = clock.millis();
    for (Key key : index.gone(now, SWEEP)) {
      if (broken != null) {
        return;
      }
      var _ =
          changes.eval(key.utf8(), view -> removeIfGone(key, view)).exceptionally(this::notSwept);
    }
  }

  private boolean removeIfGone(Key key, ReadWriteEntryView<byte[], byte[]> view) {
    boolean gone = index.expiresAt(key, clock.millis()).isEmpty();
    if (gone) {
      view.remove();
      index.remove(key);
    }
    return gone;
  }

  private boolean notSwept(Throwable failure) {
    LOG.debugf(failed(failure), "An expired key was not removed");
    return false;
  }

  /** A failure of the cache, as the caller is told; the log has the cause, once. */
  private Throwable failed(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof EntryCodec.DamagedEntryException) {
        return t;
      }
      if (t instanceof TimeoutException) {
        return new ApiException.BackendTimeout("too many writers wait for this key");
      }
    }
    synchronized (running) {
      if (broken == null) {
        broken = failure;
        LOG.errorf(failure, "The kv store failed and is opened again");
        onBroken.accept(failure);
      }
    }
    running.forEach(Runnable::run);
    return unavailable();
  }

  private static ApiException unavailable() {
    return new ApiException.BackendUnavailable("the kv store cannot write now", RETRY_SECONDS);
  }
}
