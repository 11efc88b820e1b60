package dev.mikcar.queue.embedded;

import java.util.concurrent.atomic.AtomicLong;

/** A bounded number of bytes to be shared. */
final class Room {
  private final long bytes;
  private final AtomicLong taken = new AtomicLong();

  Room(long bytes) {
    this.bytes = bytes;
  }

  /** Takes so many; false when there are not enough left. */
  boolean tryTake(long count) {
    if (taken.addAndGet(count) <= bytes) {
      return true;
    }
    taken.addAndGet(-count);
    return false;
  }

  /** Takes so many, whether or not they are there: for what cannot be refused. */
  void take(long count) {
    taken.addAndGet(count);
  }

  void give(long count) {
    taken.addAndGet(-count);
  }

  long taken() {
    return taken.get();
  }
}
