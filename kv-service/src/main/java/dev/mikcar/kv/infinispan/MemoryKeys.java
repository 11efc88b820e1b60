package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.infinispan.AdvancedCache;
import org.infinispan.functional.EntryView.ReadWriteEntryView;
import org.infinispan.functional.FunctionalMap.ReadWriteMap;
import org.jspecify.annotations.Nullable;

/** The keys of a store in memory, and the room that its entries take. */
final class MemoryKeys implements Keys {
  /** What a key takes besides its own bytes, twice, and those of its entry: an estimate. */
  private static final int OVERHEAD = 400;

  private final AdvancedCache<byte[], byte[]> cache;
  private final ReadWriteMap<byte[], byte[]> changes;
  private final ConcurrentNavigableMap<Key, Long> keys = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListSet<Expiry> expiries = new ConcurrentSkipListSet<>();
  private final AtomicLong held = new AtomicLong();
  private final long most;

  /**
   * None yet.
   *
   * @param changes of the cache
   * @param most how many bytes may be kept, keys and all
   */
  MemoryKeys(AdvancedCache<byte[], byte[]> cache, ReadWriteMap<byte[], byte[]> changes, long most) {
    this.cache = cache;
    this.changes = changes;
    this.most = most;
  }

  @Override
  public Uni<OptionalLong> expiresAt(Key key) {
    Long at = keys.get(key);
    return Uni.createFrom().item(at == null ? OptionalLong.empty() : OptionalLong.of(at));
  }

  @Override
  public Uni<Long> size(List<Key> keys) {
    long size = 0;
    for (Key key : keys) {
      byte[] entry = cache.get(key.utf8());
      size += entry == null ? 0 : entry.length;
    }
    return Uni.createFrom().item(size);
  }

  @Override
  public Uni<Map<Key, byte[]>> entries(List<Key> keys) {
    Map<Key, byte[]> found = new HashMap<>();
    for (Key key : keys) {
      byte[] entry = cache.get(key.utf8());
      if (entry != null) {
        found.put(key, entry);
      }
    }
    return Uni.createFrom().item(found);
  }

  @Override
  public Uni<KeyPage> collect(@Nullable Key from, boolean inclusive, KeyCollector collector) {
    return Uni.createFrom()
        .item(() -> collectNow(from, inclusive, collector))
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  private KeyPage collectNow(@Nullable Key from, boolean inclusive, KeyCollector collector) {
    ConcurrentNavigableMap<Key, Long> range = from == null ? keys : keys.tailMap(from, inclusive);
    for (Map.Entry<Key, Long> entry : range.entrySet()) {
      if (!collector.add(entry.getKey(), entry.getValue())) {
        break;
      }
    }
    return collector.page();
  }

  @Override
  public CompletionStage<Integer> removeGone(long now, int most) {
    List<CompletableFuture<?>> removals = new ArrayList<>();
    for (Expiry expiry : expiries) {
      if (!Entry.isGone(expiry.at, now) || removals.size() == most) {
        break;
      }
      removals.add(changes.eval(expiry.key.utf8(), view -> removeIfGone(expiry.key, view, now)));
    }
    return CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new))
        .thenApply(_ -> removals.size());
  }

  private boolean removeIfGone(Key key, ReadWriteEntryView<byte[], byte[]> view, long now) {
    Optional<byte[]> entry = view.find();
    boolean gone = entry.isPresent() && EntryCodec.isGone(entry.get(), now);
    if (gone) {
      remove(key, view);
    }
    return gone;
  }

  @Override
  public CompletionStage<?> probe() {
    return CompletableFuture.completedFuture(null);
  }

  /** What makes an entry smaller is always taken. */
  @Override
  public boolean put(Key key, ReadWriteEntryView<byte[], byte[]> view, byte[] entry) {
    long before = view.find().map(old -> size(key, old)).orElse(0L);
    long more = size(key, entry) - before;
    if (held.addAndGet(more) > most && more > 0) {
      held.addAndGet(-more);
      return false;
    }
    view.set(entry);
    long expiresAt = EntryCodec.expiryOf(entry);
    forget(key, keys.put(key, expiresAt));
    if (expiresAt != Entry.NEVER) {
      expiries.add(new Expiry(expiresAt, key));
    }
    return true;
  }

  @Override
  public void remove(Key key, ReadWriteEntryView<byte[], byte[]> view) {
    view.find().ifPresent(old -> held.addAndGet(-size(key, old)));
    view.remove();
    forget(key, keys.remove(key));
  }

  private void forget(Key key, @Nullable Long expiresAt) {
    if (expiresAt != null && expiresAt != Entry.NEVER) {
      expiries.remove(new Expiry(expiresAt, key));
    }
  }

  private static long size(Key key, byte[] entry) {
    return OVERHEAD + 2L * key.utf8().length + entry.length;
  }

  private record Expiry(long at, Key key) implements Comparable<Expiry> {
    @Override
    public int compareTo(Expiry other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : key.compareTo(other.key);
    }
  }
}
