package dev.mikcar.sql.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.mikcar.common.http.BodyReader;
import dev.mikcar.common.http.Given;
import dev.mikcar.common.http.PlainRoute;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.sql.SqlBackend;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Answers a query in JSON, see {@link PlainRoute}. {@link SqlResource#query} describes the route
 * and answers what asks for anything else.
 */
@Singleton
public class QueryRoute implements PlainRoute {
  private static final String PATH = "/sql/query";

  private final SqlBackend backend;
  private final ObjectReader json;
  private final Optional<Duration> limit;
  private final long largest;

  QueryRoute(SqlBackend backend, Settings settings, ObjectMapper json) {
    this.backend = backend;
    this.json = json.readerFor(Bodies.Query.class);
    this.limit = Optional.of(settings.requestTimeout());
    this.largest = settings.maxBodySize();
  }

  @Override
  public void register(Router router) {
    router.post(PATH).handler(this::query);
  }

  private void query(RoutingContext routing) {
    if (!isJson(routing, HttpHeaders.CONTENT_TYPE) || !isJson(routing, HttpHeaders.ACCEPT)) {
      routing.next();
      return;
    }
    Executor request = PlainRoute.named(PATH);
    BodyReader.read(routing, largest)
        .onFailure(routing::fail)
        .onSuccess(
            body -> {
              var _ =
                  Uni.createFrom()
                      .deferred(() -> answer(routing, body))
                      .emitOn(request)
                      .subscribe()
                      .with(rows -> send(routing.response(), rows), routing::fail);
            });
  }

  private static boolean isJson(RoutingContext routing, CharSequence header) {
    String type = routing.request().getHeader(header);
    return type == null || type.equals(MediaType.APPLICATION_JSON) || type.equals("*/*");
  }

  private Uni<byte[]> answer(RoutingContext routing, Buffer body) {
    return SqlResource.rows(backend, Given.body(parsed(body)), limit, routing);
  }

  private Bodies.@Nullable Query parsed(Buffer body) {
    try {
      return body.length() == 0 ? null : json.readValue(body.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void send(HttpServerResponse response, byte[] rows) {
    if (response.ended() || response.closed()) {
      return; // The deadline answered, or the caller went away.
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
        .end(Buffer.buffer(rows));
  }
}
