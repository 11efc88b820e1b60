package dev.mikcar.storage.file;

import dev.mikcar.storage.store.ObjectPath;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Locks of paths, in stripes: a condition is judged and the object replaced under that of its path.
 */
final class PathLocks {
  private static final int STRIPES = 256;

  private final ReentrantLock[] stripes =
      Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(ReentrantLock[]::new);

  /** What is done under a lock. */
  interface Work<T> {
    T run() throws IOException;
  }

  <T> T with(ObjectPath path, Work<T> work) throws IOException {
    return with(stripe(path), stripe(path), work);
  }

  /**
   * Both locks are taken in the order of their stripes, so that two moves cannot wait in a ring.
   */
  <T> T with(ObjectPath one, ObjectPath other, Work<T> work) throws IOException {
    int a = stripe(one);
    int b = stripe(other);
    return with(Math.min(a, b), Math.max(a, b), work);
  }

  private <T> T with(int first, int second, Work<T> work) throws IOException {
    stripes[first].lock();
    try {
      stripes[second].lock();
      try {
        return work.run();
      } finally {
        stripes[second].unlock();
      }
    } finally {
      stripes[first].unlock();
    }
  }

  private static int stripe(ObjectPath path) {
    return Math.floorMod(path.hashCode(), STRIPES);
  }
}
