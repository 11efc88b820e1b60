package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * The end of a process: from the first sign of it, new requests are refused with 503 while those
 * that run are finished (Quarkus waits for them, {@code quarkus.shutdown.timeout}). Computations
 * get most of that time, and are told to end in time for their answers to go out.
 */
public final class Draining implements ShutdownListener {
  private final long graceNanos;
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
    notification.done();
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
    if (begun) {
      routing.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      throw new ApiException.BackendUnavailable("this process is shutting down", 1);
    }
  }
}
