package dev.mikcar.kv.infinispan;

import dev.mikcar.common.work.Cancellation;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Glob;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * Every key in sorted order with its expiry, in memory (about 120 bytes and the key itself each),
 * so that listing touches no value. Changed under the lock of the key that the cache holds.
 */
final class KeyIndex {
  private final ConcurrentNavigableMap<Key, Long> keys = new ConcurrentSkipListMap<>();
  private final ConcurrentSkipListSet<Expiry> expiries = new ConcurrentSkipListSet<>();

  void put(Key key, long expiresAt) {
    forget(key, keys.put(key, expiresAt));
    if (expiresAt != Entry.NEVER) {
      expiries.add(new Expiry(expiresAt, key));
    }
  }

  void remove(Key key) {
    forget(key, keys.remove(key));
  }

  private void forget(Key key, @Nullable Long expiresAt) {
    if (expiresAt != null && expiresAt != Entry.NEVER) {
      expiries.remove(new Expiry(expiresAt, key));
    }
  }

  /** The expiry of a key that is there at this time. */
  OptionalLong expiresAt(Key key, long now) {
    Long at = keys.get(key);
    return at == null || Entry.isGone(at, now) ? OptionalLong.empty() : OptionalLong.of(at);
  }

  /** Keys whose time is over, oldest first. */
  List<Key> gone(long now, int most) {
    List<Key> gone = new ArrayList<>();
    for (Expiry expiry : expiries) {
      if (!Entry.isGone(expiry.at, now) || gone.size() == most) {
        break;
      }
      gone.add(expiry.key);
    }
    return gone;
  }

  /** See {@link dev.mikcar.kv.store.KvStore#keys}. */
  KeyPage keys(Glob glob, int limit, long now, Cancellation cancellation) {
    List<Key> found = new ArrayList<>();
    String prefix = glob.prefix();
    ConcurrentNavigableMap<Key, Long> range = from(prefix);
    for (Map.Entry<Key, Long> entry : range.entrySet()) {
      cancellation.check();
      String text = entry.getKey().toString();
      if (!text.startsWith(prefix)) {
        break;
      }
      if (!Entry.isGone(entry.getValue(), now) && glob.matches(text)) {
        if (found.size() == limit) {
          return new KeyPage(found, Optional.of(found.getLast()));
        }
        found.add(entry.getKey());
      }
    }
    return new KeyPage(found, Optional.empty());
  }

  private ConcurrentNavigableMap<Key, Long> from(String prefix) {
    return prefix.isEmpty() ? keys : keys.tailMap(Key.ofText(prefix), true);
  }

  /** See {@link dev.mikcar.kv.store.KvStore#scan}. */
  KeyPage scan(Glob glob, int count, @Nullable Key after, long now, Cancellation cancellation) {
    List<Key> found = new ArrayList<>();
    int looked = 0;
    Key last = null;
    ConcurrentNavigableMap<Key, Long> range = after == null ? keys : keys.tailMap(after, false);
    for (Map.Entry<Key, Long> entry : range.entrySet()) {
      cancellation.check();
      if (Entry.isGone(entry.getValue(), now)) {
        continue;
      }
      if (looked++ == count) {
        return new KeyPage(found, Optional.ofNullable(last));
      }
      last = entry.getKey();
      if (glob.matches(last.toString())) {
        found.add(last);
      }
    }
    return new KeyPage(found, Optional.empty());
  }

  private record Expiry(long at, Key key) implements Comparable<Expiry> {
    @Override
    public int compareTo(Expiry other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : key.compareTo(other.key);
    }
  }
}
