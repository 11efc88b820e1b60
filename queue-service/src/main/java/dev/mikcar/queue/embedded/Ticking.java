package dev.mikcar.queue.embedded;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/** Calls when something is due. */
final class Ticking implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Ticking.class);
  private static final long AFTER_ERROR_MILLIS = 1_000;

  private final Semaphore earlier = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;
  private volatile long planned;

  /** Whether what becomes due now may be too late for the plan that is being made. */
  private volatile boolean ticking = true;

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
                    ticking = true;
                    long pause = tick(tick);
                    planned = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
                    ticking = false;
                    await(pause);
                  }
                });
  }

  private static long tick(LongSupplier tick) {
    try {
      return tick.getAsLong();
    } catch (RuntimeException e) {
      LOG.error("The clock of the queues goes on after an error", e);
      return AFTER_ERROR_MILLIS;
    }
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
    if (ticking || planned - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(millis)) {
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
