package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * The time a request may take, its body included. It is the answer that is given up, not the work:
 * what the backend has been asked for may still happen.
 */
public final class RequestDeadline {
  private static final String TIMER = RequestDeadline.class.getName();

  private final Duration limit;

  RequestDeadline(Duration limit) {
    this.limit = limit;
  }

  /** Takes the deadline off a request that is meant to be long: a long poll, a stream. */
  public static void lift(RoutingContext routing) {
    Long timer = routing.remove(TIMER);
    if (timer != null) {
      routing.vertx().cancelTimer(timer);
    } else {
      routing.put(TIMER, -1L);
    }
  }

  /** Watches a request that its handlers did not answer at once: most are, and need no timer. */
  void watch(RoutingContext routing) {
    if (routing.response().ended() || routing.get(TIMER) != null) {
      return;
    }
    Vertx vertx = routing.vertx();
    long timer =
        vertx.setTimer(
            limit.toMillis(),
            ignored ->
                ErrorResponses.send(
                    routing,
                    new ApiException.BackendTimeout(
                        "the request took longer than " + limit.toMillis() + " ms")));
    routing.put(TIMER, timer);
    routing.addEndHandler(ignored -> vertx.cancelTimer(timer));
  }
}
