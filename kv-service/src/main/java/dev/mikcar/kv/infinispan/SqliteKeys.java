package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.infinispan.AdvancedCache;
import org.infinispan.functional.EntryView.ReadWriteEntryView;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a store on disk: its database has them in order, so that memory has to hold none of
 * them, however many there are, and opening a store takes no longer for it.
 */
final class SqliteKeys implements Keys {
  private final SqliteStore disk;

  /** The entries that are in memory, without the disk. */
  private final AdvancedCache<byte[], byte[]> cached;

  /**
   * @param cached a cache that does not ask its store
   */
  SqliteKeys(SqliteStore disk, AdvancedCache<byte[], byte[]> cached) {
    this.disk = disk;
    this.cached = cached;
  }

  @Override
  public Uni<OptionalLong> expiresAt(Key key) {
    byte[] entry = cached.get(key.utf8());
    return entry != null
        ? Uni.createFrom().item(OptionalLong.of(EntryCodec.expiryOf(entry)))
        : Uni.createFrom().completionStage(() -> disk.expiresAt(key));
  }

  @Override
  public Uni<Long> size(List<Key> keys) {
    long size = 0;
    List<Key> others = new ArrayList<>();
    for (Key key : keys) {
      byte[] entry = cached.get(key.utf8());
      if (entry == null) {
        others.add(key);
      } else {
        size += entry.length;
      }
    }
    long inMemory = size;
    return others.isEmpty()
        ? Uni.createFrom().item(inMemory)
        : Uni.createFrom().completionStage(() -> disk.size(others)).map(more -> inMemory + more);
  }

  @Override
  public Uni<Map<Key, byte[]>> entries(List<Key> keys) {
    Map<Key, byte[]> found = new HashMap<>();
    List<Key> others = new ArrayList<>();
    for (Key key : keys) {
      byte[] entry = cached.get(key.utf8());
      if (entry == null) {
        others.add(key);
      } else {
        found.put(key, entry);
      }
    }
    return others.isEmpty()
        ? Uni.createFrom().item(found)
        : Uni.createFrom()
            .completionStage(() -> disk.values(others))
            .invoke(found::putAll)
            .replaceWith(found);
  }

  @Override
  public Uni<KeyPage> collect(@Nullable Key from, boolean inclusive, KeyCollector collector) {
    return Uni.createFrom().completionStage(() -> disk.collect(from, inclusive, collector));
  }

  /** The cache may still have some of them; by their own time they are gone for everybody. */
  @Override
  public CompletionStage<Integer> removeGone(long now, int most) {
    return disk.removeGone(now, most);
  }

  @Override
  public CompletionStage<?> probe() {
    return disk.probe();
  }

  @Override
  public boolean put(Key key, ReadWriteEntryView<byte[], byte[]> view, byte[] entry) {
    view.set(entry);
    return true;
  }

  @Override
  public void remove(Key key, ReadWriteEntryView<byte[], byte[]> view) {
    view.remove();
  }
}
