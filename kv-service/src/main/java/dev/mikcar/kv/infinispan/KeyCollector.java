package dev.mikcar.kv.infinispan;

import dev.mikcar.common.work.Cancellation;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Glob;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a page of keys that it is shown in sorted order. Used by one thread at a time. */
abstract sealed class KeyCollector {
  final Glob glob;
  final List<Key> found = new ArrayList<>();
  private final long now;
  private final Cancellation cancellation;
  private @Nullable Key next;

  private KeyCollector(Glob glob, long now, Cancellation cancellation) {
    this.glob = glob;
    this.now = now;
    this.cancellation = cancellation;
  }

  /** See {@link dev.mikcar.kv.store.KvStore#keys}. To be shown keys from the glob's prefix on. */
  static KeyCollector matching(Glob glob, int limit, long now, Cancellation cancellation) {
    return new Matching(glob, limit, now, cancellation);
  }

  /** See {@link dev.mikcar.kv.store.KvStore#scan}. */
  static KeyCollector scanning(Glob glob, int count, long now, Cancellation cancellation) {
    return new Scanning(glob, count, now, cancellation);
  }

  /**
   * Takes a look at the next key.
   *
   * @return whether to show another one
   * @throws dev.mikcar.common.error.ApiException when the cancellation says so
   */
  final boolean add(Key key, long expiresAt) {
    cancellation.check();
    return Entry.isGone(expiresAt, now) || look(key);
  }

  abstract boolean look(Key key);

  /** There may be more after this one, which was looked at. */
  final boolean stopAfter(Key last) {
    next = last;
    return false;
  }

  final KeyPage page() {
    return new KeyPage(found, Optional.ofNullable(next));
  }

  private static final class Matching extends KeyCollector {
    private final int limit;

    Matching(Glob glob, int limit, long now, Cancellation cancellation) {
      super(glob, now, cancellation);
      this.limit = limit;
    }

    @Override
    boolean look(Key key) {
      String text = key.toString();
      if (!text.startsWith(glob.prefix())) {
        return false;
      }
      if (glob.matches(text)) {
        if (found.size() == limit) {
          return stopAfter(found.getLast());
        }
        found.add(key);
      }
      return true;
    }
  }

  private static final class Scanning extends KeyCollector {
    private final int count;
    private int looked;
    private @Nullable Key last;

    Scanning(Glob glob, int count, long now, Cancellation cancellation) {
      super(glob, now, cancellation);
      this.count = count;
    }

    @Override
    boolean look(Key key) {
      if (last != null && looked == count) {
        return stopAfter(last);
      }
      looked++;
      last = key;
      if (glob.matches(key.toString())) {
        found.add(key);
      }
      return true;
    }
  }
}
