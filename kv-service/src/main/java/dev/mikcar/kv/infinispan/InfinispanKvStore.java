package dev.mikcar.kv.infinispan;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.work.Cancellation;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Counter;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Glob;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.Room;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.infinispan.AdvancedCache;
import org.infinispan.commons.TimeoutException;
import org.infinispan.context.Flag;
import org.infinispan.functional.EntryView.ReadWriteEntryView;
import org.infinispan.functional.FunctionalMap.ReadWriteMap;
import org.infinispan.functional.FunctionalMap.WriteOnlyMap;
import org.infinispan.manager.EmbeddedCacheManager;
import org.jspecify.annotations.Nullable;

/**
 * kv on one Infinispan cache of this process. A change of a key is one function that the cache runs
 * under the key's lock, and whose result it writes to its store on disk, if it has one, before it
 * answers. The expiry is in the entry, and this class alone applies it.
 */
final class InfinispanKvStore implements KvStore {
  private static final int PART = 1_000;

  /** The part of the heap that entries which are changed may take. */
  private static final int SHARE = 8;

  /** As it was and as it becomes, and each as its value too. */
  private static final int COPIES = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int RETRY_SECONDS = 1;
  private static final int RETRY_FULL_SECONDS = 5;

  private final EmbeddedCacheManager manager;
  private final AdvancedCache<byte[], byte[]> cache;

  /** The entries that are in memory, without the disk. */
  private final AdvancedCache<byte[], byte[]> cached;

  private final ReadWriteMap<byte[], byte[]> changes;
  private final Optional<WriteOnlyMap<byte[], byte[]>> overwrites;
  private final Keys keys;
  private final Clock clock;
  private final MemoryBudget room =
      new MemoryBudget(Runtime.getRuntime().maxMemory() / SHARE, PATIENCE);
  private final Sweeper sweeper;

  /**
   * @param manager of the cache, closed with this
   * @param overwrites of a store that need not know what was there before
   */
  InfinispanKvStore(
      EmbeddedCacheManager manager,
      AdvancedCache<byte[], byte[]> cache,
      ReadWriteMap<byte[], byte[]> changes,
      Optional<WriteOnlyMap<byte[], byte[]>> overwrites,
      Keys keys,
      Clock clock) {
    this.manager = manager;
    this.cache = cache;
    this.cached = cache.withFlags(Flag.SKIP_CACHE_LOAD);
    this.changes = changes;
    this.overwrites = overwrites;
    this.keys = keys;
    this.clock = clock;
    this.sweeper = new Sweeper(keys, clock);
  }

  @Override
  public Uni<Optional<Entry>> get(Key key, Room room) {
    byte[] stored = cached.get(key.utf8());
    // The usual case, a small entry in memory, costs no more than the look-up.
    if (stored != null && stored.length <= Room.SMALL) {
      return Uni.createFrom().item(Optional.ofNullable(current(stored)));
    }
    return keys.size(List.of(key)).flatMap(size -> get(key, size, room));
  }

  private Uni<Optional<Entry>> get(Key key, long size, Room room) {
    if (size == 0) {
      return Uni.createFrom().item(Optional.empty());
    }
    Uni<Optional<Entry>> read =
        Uni.createFrom()
            .completionStage(() -> cache.getAsync(key.utf8()))
            .map(stored -> Optional.ofNullable(current(stored)))
            .onFailure()
            .transform(InfinispanKvStore::failed);
    return size <= Room.SMALL ? read : room.take(size).flatMap(_ -> read);
  }

  private @Nullable Entry current(byte @Nullable [] stored) {
    if (stored == null) {
      return null;
    }
    Entry entry = EntryCodec.decode(stored);
    return Entry.isGone(entry.expiresAt(), clock.millis()) ? null : entry;
  }

  @Override
  public Uni<Map<Key, Entry>> getAll(Collection<Key> keys, Room room) {
    return inParts(keys)
        .onItem()
        .transformToUniAndConcatenate(this.keys::size)
        .collect()
        .with(Collectors.summingLong(Long::longValue))
        .flatMap(size -> size <= Room.SMALL ? Uni.createFrom().voidItem() : room.take(size))
        .flatMap(_ -> readAll(keys));
  }

  private Uni<Map<Key, Entry>> readAll(Collection<Key> keys) {
    return inParts(keys)
        .onItem()
        .transformToUniAndConcatenate(
            part -> this.keys.entries(part).map(found -> live(part, found)))
        .collect()
        .<Map<Key, Entry>>in(LinkedHashMap::new, Map::putAll);
  }

  /** So many at a time that others are served in between. */
  private static Multi<List<Key>> inParts(Collection<Key> keys) {
    return Multi.createFrom().items(keys.stream().distinct()).group().intoLists().of(PART);
  }

  private Map<Key, Entry> live(List<Key> part, Map<Key, byte[]> found) {
    Map<Key, Entry> live = new LinkedHashMap<>();
    for (Key key : part) {
      Entry entry = current(found.get(key));
      if (entry != null) {
        live.put(key, entry);
      }
    }
    return live;
  }

  @Override
  public Uni<Optional<String>> set(Key key, Value value, Ttl ttl, Condition condition) {
    String fingerprint = value.fingerprint();
    // What is overwritten whatever it is need not be read, nor be whole.
    boolean blind = condition.equals(Condition.NONE) && !ttl.equals(Ttl.keep());
    if (blind && overwrites.isPresent()) {
      Entry entry = new Entry(value, fingerprint, ttl.expiresAt(clock.millis(), Entry.NEVER));
      return overwrite(overwrites.get(), key, EntryCodec.encode(entry))
          .replaceWith(Optional.of(fingerprint));
    }
    return change(
        key,
        stored -> {
          Entry current = blind ? null : stored.get();
          if (!condition.holdsFor(current)) {
            return new Change.None<>(Optional.empty());
          }
          long before = current == null ? Entry.NEVER : current.expiresAt();
          Entry entry = new Entry(value, fingerprint, ttl.expiresAt(clock.millis(), before));
          return new Change.Put<>(entry, Optional.of(fingerprint));
        });
  }

  private static Uni<Void> overwrite(
      WriteOnlyMap<byte[], byte[]> overwrites, Key key, byte[] entry) {
    return Uni.createFrom()
        .completionStage(() -> overwrites.eval(key.utf8(), view -> view.set(entry)).copy())
        .onFailure()
        .transform(InfinispanKvStore::failed);
  }

  @Override
  public Uni<Deletion> delete(Key key, Condition condition) {
    return evaluate(
        key,
        view -> {
          byte[] stored = view.find().orElse(null);
          if (!condition.equals(Condition.NONE) && !condition.holdsFor(current(stored))) {
            return new Change.None<>(Deletion.REFUSED);
          }
          // One that is damaged can be deleted too.
          return stored == null || EntryCodec.isGone(stored, clock.millis())
              ? new Change.None<>(Deletion.ABSENT)
              : new Change.Remove<>(Deletion.DELETED);
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
          Value before = current == null ? null : current.value();
          long sum;
          try {
            sum = Counter.add(before, by);
          } catch (ApiException e) {
            return new Change.Refuse<>(e);
          }
          long expiresAt = current == null ? Entry.NEVER : current.expiresAt();
          return new Change.Put<>(Entry.of(Counter.value(sum, before), expiresAt), sum);
        });
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
    return keys.expiresAt(key)
        .map(
            at ->
                at.isPresent() && Entry.isGone(at.getAsLong(), clock.millis())
                    ? OptionalLong.empty()
                    : at);
  }

  @Override
  public Uni<KeyPage> keys(Glob glob, int limit, Cancellation cancellation) {
    Key from = glob.prefix().isEmpty() ? null : Key.ofText(glob.prefix());
    return keys.collect(
        from, true, KeyCollector.matching(glob, limit, clock.millis(), cancellation));
  }

  @Override
  public Uni<KeyPage> scan(Glob glob, int count, Optional<Key> after, Cancellation cancellation) {
    return keys.collect(
        after.orElse(null),
        false,
        KeyCollector.scanning(glob, count, clock.millis(), cancellation));
  }

  @Override
  public Uni<Void> ping() {
    return Uni.createFrom()
        .completionStage(keys::probe)
        .onFailure()
        .transform(InfinispanKvStore::failed)
        .replaceWithVoid();
  }

  @Override
  public void close() {
    sweeper.close();
    manager.stop();
  }

  /** A change that is decided by the entry that is there, which is read only if that is asked. */
  private <R> Uni<R> change(Key key, Function<Supplier<@Nullable Entry>, Change<R>> decide) {
    return evaluate(key, view -> decide.apply(() -> current(view.find().orElse(null))));
  }

  /** Runs a change of one key as one step, and answers when it is on disk, if there is one. */
  private <R> Uni<R> evaluate(
      Key key, Function<ReadWriteEntryView<byte[], byte[]>, Change<R>> decide) {
    Uni<R> change =
        Uni.createFrom()
            // A copy, for a caller that goes away cancels what it waits for; the change goes on.
            .completionStage(
                () -> changes.eval(key.utf8(), view -> apply(key, view, decide.apply(view))).copy())
            .onFailure()
            .transform(InfinispanKvStore::failed)
            .map(Change::result);
    return keys.size(List.of(key))
        .flatMap(size -> size <= Room.SMALL ? change : whenThereIsRoom(size, change));
  }

  /** To be changed, an entry is read first: large ones one after the other. */
  private <R> Uni<R> whenThereIsRoom(long size, Uni<R> change) {
    return Uni.createFrom()
        .completionStage(() -> room.request(COPIES * size))
        .flatMap(share -> change.eventually(share::close));
  }

  private <R> Change<R> apply(Key key, ReadWriteEntryView<byte[], byte[]> view, Change<R> change) {
    switch (change) {
      case Change.Put<R> put -> {
        if (!keys.put(key, view, EntryCodec.encode(put.entry()))) {
          return new Change.Refuse<>(
              new ApiException.BackendUnavailable(
                  "the memory of the kv store is full; deleting works", RETRY_FULL_SECONDS));
        }
      }
      case Change.Remove<R> _ -> keys.remove(key, view);
      case Change.None<R> _ -> {}
      case Change.Refuse<R> _ -> {}
    }
    return change;
  }

  private static ApiException unmet() {
    return new ApiException.PreconditionFailed("the condition of the request is not met");
  }

  /** A failure of the cache, as the caller is told. The disk's own are in the log already. */
  private static Throwable failed(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      switch (t) {
        case EntryCodec.DamagedEntryException damaged -> {
          return damaged;
        }
        case TimeoutException _ -> {
          return new ApiException.BackendTimeout("too many writers wait for this key");
        }
        case ApiException told -> {
          return told;
        }
        case RejectedExecutionException _ -> {
          return new ApiException.BackendUnavailable(
              "the kv store cannot read or write now", RETRY_SECONDS);
        }
        default -> {}
      }
    }
    return failure;
  }
}
