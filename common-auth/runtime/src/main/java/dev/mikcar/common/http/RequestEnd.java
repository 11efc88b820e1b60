package dev.mikcar.common.http;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.ext.web.RoutingContext;

/** When a request is over: answered, also by its deadline, or left by its caller. */
public final class RequestEnd {
  private RequestEnd() {}

  /**
   * Work that is cancelled when its request is over before it is: nobody waits for it any more. To
   * be called, and subscribed to, on the event loop of the request.
   */
  public static <T> Uni<T> ends(RoutingContext routing, Uni<T> work) {
    return Uni.createFrom()
        .emitter(
            result -> {
              Cancellable running = work.subscribe().with(result::complete, result::fail);
              routing.addEndHandler(ignored -> running.cancel());
            });
  }
}
