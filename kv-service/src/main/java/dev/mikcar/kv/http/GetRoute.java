package dev.mikcar.kv.http;

import dev.mikcar.common.http.PlainRoute;
import dev.mikcar.kv.KvBackend;
import dev.mikcar.kv.store.Entry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;

/**
 * Answers GET of a key, see {@link PlainRoute}. {@link KvResource#get} describes the route and
 * answers a HEAD; what both say is in {@link Reading}.
 */
@Singleton
public class GetRoute implements PlainRoute {
  private static final String PATH = "/kv/get/";

  private final KvBackend backend;

  GetRoute(KvBackend backend) {
    this.backend = backend;
  }

  @Override
  public void register(Router router) {
    router.get(PATH + "*").handler(this::get);
  }

  private void get(RoutingContext routing) {
    Executor request = PlainRoute.named(PATH + "{key}");
    Reading reading = Reading.of(routing);
    var _ =
        backend
            .with(reading::in)
            .emitOn(request)
            .subscribe()
            .with(entry -> answer(routing, reading, entry), routing::fail);
  }

  private static void answer(RoutingContext routing, Reading reading, Entry entry) {
    HttpServerResponse response = routing.response();
    if (response.ended() || response.closed()) {
      return; // The deadline answered, or the caller went away.
    }
    int status = reading.answer(entry, response::putHeader);
    response.setStatusCode(status);
    if (status == Reading.OK) {
      response.end(Buffer.buffer(entry.value().bytes()));
    } else {
      response.end();
    }
  }
}
