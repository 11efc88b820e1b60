package dev.mikcar.queue.embedded;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Calls when something is due. */
final class Ticking implements AutoCloseable {
  private final Semaphore earlier = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;
  private volatile long planned;

  /**
   * Begins.
   *
   * @param tick does what is due, and gives the milliseconds until the next time
   */
  Ticking(LongSupplier tick) {
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("queue-clock")
            .start(
                () -> {
                  while (!closed) {
                    long pause = tick.getAsLong();
                    planned = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
                    await(pause);
                  }
                });
  }

  private void await(long millis) {
    try {
      if (earlier.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
        earlier.drainPermits();
      }
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  /** Something is due in so many milliseconds. */
  void notLaterThan(long millis) {
    if (planned - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(millis)) {
      earlier.release();
    }
  }

  @Override
  public void close() {
    closed = true;
    earlier.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
