package dev.mikcar.secrets.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.common.http.PlainRoute;
import dev.mikcar.secrets.SecretsBackend;
import dev.mikcar.secrets.store.CachedSecret;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;

/**
 * Answers GET of a secret, see {@link PlainRoute}. {@link SecretsResource#get} describes the route
 * and answers what is not a GET. No answer below {@code /secrets} is to be stored by anybody.
 */
@Singleton
public class GetRoute implements PlainRoute {
  private static final String PATH = "/secrets/secret/";
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  private final SecretsBackend backend;
  private final ObjectMapper json;

  GetRoute(SecretsBackend backend, ObjectMapper json) {
    this.backend = backend;
    this.json = json;
  }

  @Override
  public void register(Router router) {
    router
        .route("/secrets/*")
        .handler(
            routing -> {
              routing.response().putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
              routing.next();
            });
    router.get(PATH + "*").handler(this::get);
  }

  private void get(RoutingContext routing) {
    Executor request = PlainRoute.named(PATH + "{name}");
    Reading reading = Reading.of(routing);
    var _ =
        Audit.of(routing, "get", reading.name().text())
            .of(backend.with(reading::in), found -> found.source().name())
            .emitOn(request)
            .subscribe()
            .with(found -> answer(routing, found), routing::fail);
  }

  private void answer(RoutingContext routing, CachedSecret found) {
    HttpServerResponse response = routing.response();
    if (response.ended() || response.closed()) {
      return; // The deadline answered, or the caller went away.
    }
    try {
      Buffer body = Buffer.buffer(json.writeValueAsBytes(Answers.Value.of(found.secret())));
      response
          .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
          .putHeader("X-Cache", found.source().name())
          .putHeader(HttpHeaders.AGE, Long.toString(found.age().toSeconds()))
          .end(body);
    } catch (JsonProcessingException e) {
      routing.fail(e);
    }
  }
}
