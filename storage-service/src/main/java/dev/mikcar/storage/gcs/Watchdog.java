package dev.mikcar.storage.gcs;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends what takes too long by interrupting its thread, which closes the connection that a virtual
 * thread waits for, whether it connects, reads or writes. The transport itself has no time for
 * writing.
 */
final class Watchdog implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("gcs-watchdog").factory());

  Watchdog() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Runs it on this thread.
   *
   * @throws SocketTimeoutException when it took longer
   */
  <T> T watch(Duration limit, Calls.Call<T> call) throws IOException {
    Watched watched = new Watched(Thread.currentThread());
    Future<?> end = timer.schedule(watched::bite, limit.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return call.run();
    } catch (IOException e) {
      if (watched.release()) {
        SocketTimeoutException timeout =
            new SocketTimeoutException("it took longer than " + limit.toMillis() + " ms");
        timeout.initCause(e);
        throw timeout;
      }
      throw e;
    } finally {
      watched.release();
      end.cancel(false);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private static final class Watched {
    private final Thread thread;
    private boolean released;
    private boolean bitten;

    Watched(Thread thread) {
      this.thread = thread;
    }

    synchronized void bite() {
      if (!released) {
        bitten = true;
        thread.interrupt();
      }
    }

    /** On the thread itself: takes the interrupt back, and says whether there was one. */
    synchronized boolean release() {
      if (bitten && !released) {
        var _ = Thread.interrupted();
      }
      released = true;
      return bitten;
    }
  }
}
