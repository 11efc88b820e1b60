package dev.mikcar.sql.http;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.ext.web.RoutingContext;

/** Work of a request, cancelled when its caller goes away, or was answered otherwise. */
final class WhileAwaited {
  private WhileAwaited() {}

  /** To be subscribed to on the thread of the request. */
  static <T> Uni<T> by(RoutingContext routing, Uni<T> work) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              Cancellable running = work.subscribe().with(emitter::complete, emitter::fail);
              emitter.onTermination(running::cancel);
              routing.addEndHandler(ignored -> running.cancel());
            });
  }
}
