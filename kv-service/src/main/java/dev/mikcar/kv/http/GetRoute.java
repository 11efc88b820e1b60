package dev.mikcar.kv.http;

import dev.mikcar.kv.KvBackend;
import dev.mikcar.kv.store.Entry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Objects;

/**
 * Answers GET of a key past the machinery of Jakarta REST, which costs as much as all the rest of
 * such a request (docs/performance.md). {@link KvResource#get} describes the route and answers what
 * is not a GET; both say what {@link Reading} found.
 */
@Singleton
public class GetRoute {
  private static final String PATH = "/kv/get/";

  /** What metrics and traces of Quarkus call the route, in the context of its requests. */
  private static final String TEMPLATE = "UrlPathTemplate";

  private final KvBackend backend;

  GetRoute(KvBackend backend) {
    this.backend = backend;
  }

  void register(@Observes Router router) {
    router.get(PATH + "*").handler(this::get);
  }

  private void get(RoutingContext routing) {
    Context context = Objects.requireNonNull(Vertx.currentContext());
    context.putLocal(TEMPLATE, PATH + "{key}");
    Reading reading = Reading.of(routing);
    var _ =
        reading
            .in(backend.store())
            .emitOn(task -> run(context, task))
            .subscribe()
            .with(entry -> answer(routing, reading, entry), routing::fail);
  }

  /** At once when the value was in memory, and so nothing left the request's own thread. */
  private static void run(Context context, Runnable task) {
    if (context.equals(Vertx.currentContext())) {
      task.run();
    } else {
      context.runOnContext(ignored -> task.run());
    }
  }

  private static void answer(RoutingContext routing, Reading reading, Entry entry) {
    HttpServerResponse response = routing.response();
    if (response.ended() || response.closed()) {
      return; // The deadline answered, or the caller went away.
    }
    response.putHeader(HttpHeaders.ETAG, Reading.etag(entry));
    if (reading.isKnown(entry)) {
      response.setStatusCode(304).end();
    } else {
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, entry.value().contentType())
          .end(Buffer.buffer(entry.value().bytes()));
    }
  }
}
