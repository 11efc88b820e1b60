package dev.mikcar.storage.gcs;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How many items a subscriber still wants; the thread that makes them waits here. */
final class Demand {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long wanted;
  private boolean cancelled;

  /** Wants so many more. */
  void add(long count) {
    lock.lock();
    try {
      wanted = wanted > Long.MAX_VALUE - count ? Long.MAX_VALUE : wanted + count;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Wants none any more. */
  void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until one is wanted.
   *
   * @return false when none is any more
   */
  boolean take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (wanted == 0 && !cancelled) {
        changed.await();
      }
      wanted--;
      return !cancelled;
    } finally {
      lock.unlock();
    }
  }

  boolean isCancelled() {
    lock.lock();
    try {
      return cancelled;
    } finally {
      lock.unlock();
    }
  }
}
