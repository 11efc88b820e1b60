package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.common.work.Cancellation;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time a request may take, its body included. It is the answer that is given up, not the work:
 * what the backend has been asked for may still happen. Work of our own that may take long asks
 * {@link #cancellation(RoutingContext)} whether to go on.
 */
@Singleton
public final class RequestDeadline {
  private static final String TIMER = RequestDeadline.class.getName();
  private static final String CANCELLATION = Cancellation.class.getName();

  private final Duration limit;
  private final Draining draining;

  RequestDeadline(Settings settings, Draining draining) {
    this.limit = settings.requestTimeout();
    this.draining = draining;
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

  /**
   * What tells a computation for this request to end: its deadline, the end of its answer or of its
   * connection, the end of the process. The same each time; to be asked for on the request's
   * thread.
   */
  public Cancellation cancellation(RoutingContext routing) {
    Cancellation there = routing.get(CANCELLATION);
    if (there != null) {
      return there;
    }
    Cancellation cancellation =
        new Cancellation(limit, draining::isOver, () -> isGone(routing.response()));
    routing.put(CANCELLATION, cancellation);
    return cancellation;
  }

  /** Asked rather than told: Quarkus REST takes the handler of the end for itself. */
  private static boolean isGone(HttpServerResponse response) {
    return response.ended() || response.closed();
  }

  /** Watches a request that its handlers did not answer at once: most are, and need no timer. */
  void watch(RoutingContext routing) {
    if (routing.response().ended() || routing.get(TIMER) != null) {
      return;
    }
    Vertx vertx = routing.vertx();
    long timer = vertx.setTimer(limit.toMillis(), ignored -> expire(routing));
    routing.put(TIMER, timer);
    routing.addEndHandler(ignored -> vertx.cancelTimer(timer));
  }

  private void expire(RoutingContext routing) {
    ApiException tooLong = Cancellation.tooLong(limit.toMillis());
    @Nullable Cancellation cancellation = routing.get(CANCELLATION);
    if (cancellation != null) {
      cancellation.cancel(tooLong);
    }
    ErrorResponses.send(routing, tooLong);
  }
}
