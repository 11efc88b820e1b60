package dev.mikcar.common.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections on which nothing has come of what was sent: no request since they were opened,
 * or none since the last one was answered, for a whole period. An idle timeout does not do that: a
 * caller that sends one header byte every few seconds (slow loris) is never idle.
 */
final class ConnectionWatch {
  private final Vertx vertx;
  private final long periodMillis;
  private final Map<HttpConnection, State> connections = new ConcurrentHashMap<>();

  ConnectionWatch(Vertx vertx, Duration period) {
    this.vertx = vertx;
    this.periodMillis = period.toMillis();
  }

  void opened(HttpConnection connection) {
    State state = new State();
    connections.put(connection, state);
    long timer = vertx.setPeriodic(periodMillis, ignored -> check(connection, state));
    connection.closeHandler(
        ignored -> {
          vertx.cancelTimer(timer);
          connections.remove(connection);
        });
  }

  void seen(HttpServerRequest request) {
    State state = connections.get(request.connection());
    if (state != null) {
      state.last = request;
    }
  }

  /** The request that came last on a connection, if it is not answered yet. */
  @Nullable HttpServerRequest current(HttpConnection connection) {
    State state = connections.get(connection);
    HttpServerRequest last = state == null ? null : state.last;
    return last == null || last.response().ended() ? null : last;
  }

  private static void check(HttpConnection connection, State state) {
    HttpServerRequest last = state.last;
    boolean answered = last == null || last.response().ended();
    if (answered && last == state.checked) {
      connection.close();
    }
    state.checked = last;
  }

  /** Touched on the connection's event loop only. */
  private static final class State {
    private @Nullable HttpServerRequest last;
    private @Nullable HttpServerRequest checked;
  }
}
