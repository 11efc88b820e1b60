package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The end of a process: from the first sign of it, new requests are refused with 503 while those
 * that run are finished (Quarkus waits for them, {@code quarkus.shutdown.timeout}). Computations
 * get most of that time, and are told to end in time for their answers to go out. A service that
 * has given something away on loan has the process wait for as long, and serves meanwhile those who
 * bring it back.
 */
public final class Draining implements ShutdownListener {
  private static final int POLL_MILLIS = 20;

  private final long graceNanos;
  private final List<Runnable> beginnings = new CopyOnWriteArrayList<>();
  private final List<BooleanSupplier> loans = new CopyOnWriteArrayList<>();
  private final List<String> servedToTheEnd = new CopyOnWriteArrayList<>();
  private volatile boolean begun;
  private volatile long beganAt;

  /**
   * @param timeout how long requests that run are waited for
   */
  Draining(Duration timeout) {
    this.graceNanos = timeout.toNanos() / 4 * 3;
  }

  @Override
  public void preShutdown(ShutdownNotification notification) {
    beganAt = System.nanoTime();
    begun = true;
    beginnings.forEach(Runnable::run);
    if (loans.isEmpty()) {
      notification.done();
    } else {
      Thread.ofVirtual().start(() -> awaitLoans(notification));
    }
  }

  private void awaitLoans(ShutdownNotification notification) {
    try {
      while (!isOver() && loans.stream().anyMatch(BooleanSupplier::getAsBoolean)) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      notification.done();
    }
  }

  /** Has something done as soon as the process is about to end, on the thread that ends it. */
  public void onBegin(Runnable action) {
    beginnings.add(action);
  }

  /**
   * Has the end wait for what is lent, for most of its time, and serves meanwhile the requests
   * below these paths.
   *
   * @param outstanding whether there is something; asked again and again, on a virtual thread
   * @param paths such as {@code /queue/ack/}
   */
  public void awaitReturn(BooleanSupplier outstanding, List<String> paths) {
    servedToTheEnd.addAll(paths);
    loans.add(outstanding);
  }

  /** Whether the process is about to end. */
  public boolean hasBegun() {
    return begun;
  }

  /** Whether what still computes should end now, so that the process can. */
  public boolean isOver() {
    return begun && System.nanoTime() - beganAt >= graceNanos;
  }

  /**
   * @throws ApiException.BackendUnavailable when the process is about to end
   */
  void refuse(RoutingContext routing) {
    if (begun && !isServedToTheEnd(routing)) {
      routing.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      throw new ApiException.BackendUnavailable("this process is shutting down", 1);
    }
  }

  private boolean isServedToTheEnd(RoutingContext routing) {
    String path = ExactPath.routed(routing);
    return servedToTheEnd.stream().anyMatch(path::startsWith);
  }
}
