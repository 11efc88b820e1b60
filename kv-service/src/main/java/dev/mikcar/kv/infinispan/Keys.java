package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.infinispan.functional.EntryView.ReadWriteEntryView;
import org.jspecify.annotations.Nullable;

/**
 * What keys a store has, when they expire and how large they are: asked without reading values, and
 * told of every change. Never blocks; safe for use by several threads.
 */
sealed interface Keys permits MemoryKeys, SqliteKeys {
  /** When a key expires, or {@link Entry#NEVER}, gone or not; empty when it is not stored. */
  Uni<OptionalLong> expiresAt(Key key);

  /** How many bytes the entries of keys have together; costs no more than a look at each. */
  Uni<Long> size(List<Key> keys);

  /** The entries of keys, gone or not, as they are stored; those that are not are left out. */
  Uni<Map<Key, byte[]>> entries(List<Key> keys);

  /**
   * Shows keys in sorted order to a collector until it has enough.
   *
   * @param from where to begin; null: at the first key
   * @param inclusive whether that key is shown too
   * @return the page of the collector
   */
  Uni<KeyPage> collect(@Nullable Key from, boolean inclusive, KeyCollector collector);

  /**
   * Takes away keys whose time was over then, and gives their space back.
   *
   * @param most how many at most
   * @return how many there were, at most so many
   */
  CompletionStage<Integer> removeGone(long now, int most);

  /** Completes when a write would work; fails with the reason why not. */
  CompletionStage<?> probe();

  /**
   * Sets the entry of a key; called under its lock.
   *
   * @return false when there is no room, and nothing is changed
   */
  boolean put(Key key, ReadWriteEntryView<byte[], byte[]> view, byte[] entry);

  /** Takes the entry of a key away, which is there; called under its lock. */
  void remove(Key key, ReadWriteEntryView<byte[], byte[]> view);
}
