package dev.mikcar.secrets.cache;

import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is kept, in the order of its last use; what was used least recently goes first. */
final class Entries {
  private static final int OVERHEAD = 512;

  private final int most;
  private final long mostBytes;
  private final LinkedHashMap<CacheKey, Entry> map = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param at when the store gave it, milliseconds since 1970
   * @param fresh whether it may be served before its time is over: what an earlier process left may
   *     not
   */
  record Entry(CacheKey key, Secret secret, long at, boolean fresh) {
    long cost() {
      long cost = OVERHEAD + secret.value().length() + 2L * secret.name().text().length();
      for (Map.Entry<String, String> label : secret.labels().entrySet()) {
        cost += 128 + 2L * (label.getKey().length() + label.getValue().length());
      }
      return cost;
    }
  }

  Entries(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
  }

  synchronized @Nullable Entry get(CacheKey key) {
    return map.get(key);
  }

  /** Keeps it, unless it is too large on its own. */
  synchronized void put(Entry entry) {
    remove(entry.key());
    if (entry.cost() > mostBytes) {
      return;
    }
    map.put(entry.key(), entry);
    bytes += entry.cost();
    Iterator<Entry> oldest = map.values().iterator();
    while (map.size() > most || bytes > mostBytes) {
      Entry old = oldest.next();
      oldest.remove();
      bytes -= old.cost();
    }
  }

  synchronized void remove(CacheKey key) {
    Entry old = map.remove(key);
    if (old != null) {
      bytes -= old.cost();
    }
  }

  /** Drops all versions of a secret. Returns whether there were any. */
  synchronized boolean remove(SecretName name) {
    List<CacheKey> keys = new ArrayList<>();
    for (CacheKey key : map.keySet()) {
      if (key.name().equals(name)) {
        keys.add(key);
      }
    }
    keys.forEach(this::remove);
    return !keys.isEmpty();
  }

  /** What is kept of a secret is not fresh any more. */
  synchronized void doubt(SecretName name) {
    map.replaceAll(
        (key, entry) ->
            key.name().equals(name) ? new Entry(key, entry.secret(), entry.at(), false) : entry);
  }

  /** Least recently used first. */
  synchronized List<Entry> all() {
    return List.copyOf(map.values());
  }

  synchronized int size() {
    return map.size();
  }

  synchronized long bytes() {
    return bytes;
  }

  /** Overwrites all values. Nobody must be reading them. */
  synchronized void erase() {
    map.values().forEach(entry -> entry.secret().value().erase());
    map.clear();
    bytes = 0;
  }
}
