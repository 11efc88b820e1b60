package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a process: from the first sign of it, new requests are refused with 503 while those
 * that run are finished (Quarkus waits for them, {@code quarkus.shutdown.timeout}).
 */
public final class Draining implements ShutdownListener {
  private final AtomicBoolean begun = new AtomicBoolean();

  @Override
  public void preShutdown(ShutdownNotification notification) {
    begun.set(true);
    notification.done();
  }

  /** Whether the process is about to end. */
  public boolean hasBegun() {
    return begun.get();
  }

  /**
   * @throws ApiException.BackendUnavailable when the process is about to end
   */
  void refuse(RoutingContext routing) {
    if (begun.get()) {
      routing.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      throw new ApiException.BackendUnavailable("this process is shutting down", 1);
    }
  }
}
