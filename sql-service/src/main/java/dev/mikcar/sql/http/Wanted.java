package dev.mikcar.sql.http;

import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Work for as long as somebody waits for it. */
final class Wanted {
  private Wanted() {}

  /** Ends when the answer has ended, or its connection. To be called on the request's thread. */
  static <T> Uni<T> by(RoutingContext routing, Uni<T> work) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              Cancellable running = work.subscribe().with(emitter::complete, emitter::fail);
              routing.addEndHandler(
                  _ -> {
                    running.cancel();
                    emitter.fail(new ApiException.BackendUnavailable("the caller went away", 1));
                  });
            });
  }

  /**
   * A stream that is given up, with its connection, when its reader takes nothing for so long:
   * until then it keeps a session of the database.
   */
  static <T> Multi<T> by(RoutingContext routing, Multi<T> stream, Duration patience) {
    Progress progress = new Progress(routing, patience);
    // Quarkus reads a stream on to its end when the reader left before the first row.
    return stream
        .select()
        .first(_ -> !routing.response().closed())
        .onRequest()
        .invoke(progress::asked)
        .onItem()
        .invoke(progress::sent)
        .onTermination()
        .invoke(progress::ended);
  }

  /** How much a reader has asked for, and since when it asks for nothing. */
  private static final class Progress {
    private final Vertx vertx;
    private final RoutingContext routing;
    private final long patience;
    private long asked;
    private long timer = -1;
    private boolean ended;

    Progress(RoutingContext routing, Duration patience) {
      this.vertx = routing.vertx();
      this.routing = routing;
      this.patience = patience.toMillis();
    }

    synchronized void asked(long count) {
      asked = asked + count < 0 ? Long.MAX_VALUE : asked + count;
      stop();
    }

    synchronized void sent() {
      asked--;
      if (asked == 0 && !ended) {
        stop();
        timer = vertx.setTimer(patience, _ -> routing.request().connection().close());
      }
    }

    synchronized void ended() {
      ended = true;
      stop();
    }

    private void stop() {
      if (timer >= 0) {
        vertx.cancelTimer(timer);
        timer = -1;
      }
    }
  }
}
