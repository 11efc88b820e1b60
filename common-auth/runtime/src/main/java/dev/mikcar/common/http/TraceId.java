package dev.mikcar.common.http;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The id that ties an answer to its log lines and its trace: the caller's {@code X-Trace-ID}, else
 * the trace id of its {@code traceparent} (W3C Trace Context), else a new one.
 */
public final class TraceId {
  /** The header that carries it, both ways. */
  public static final String HEADER = "X-Trace-ID";

  /** Its name in the log. */
  public static final String LOG_FIELD = "trace_id";

  private static final int LONGEST = 128;
  private static final HexFormat HEX = HexFormat.of();

  private TraceId() {}

  /** Gives the request its id: in the answer's headers and in every log line from here on. */
  static void assign(RoutingContext routing) {
    String id = choose(routing.request());
    routing.response().putHeader(HEADER, id);
    MDC.put(LOG_FIELD, id);
  }

  /** The request's id; assigned now if nothing has yet. */
  public static String of(RoutingContext routing) {
    String id = routing.response().headers().get(HEADER);
    if (id == null) {
      id = choose(routing.request());
      if (!routing.response().headWritten()) {
        routing.response().putHeader(HEADER, id);
      }
    }
    return id;
  }

  /** The id that the request brings, or a new one. */
  static String choose(HttpServerRequest request) {
    String own = request.getHeader(HEADER);
    if (own != null && isSafe(own)) {
      return own;
    }
    SpanContext span = Span.current().getSpanContext();
    if (span.isValid()) {
      return span.getTraceId();
    }
    String parent = traceIdOf(request.getHeader("traceparent"));
    return parent != null ? parent : create();
  }

  /** {@code version-traceid-parentid-flags}; a trace id is 32 lower-case hex digits, not all 0. */
  private static @Nullable String traceIdOf(@Nullable String traceparent) {
    if (traceparent == null || traceparent.length() < 55 || traceparent.charAt(2) != '-') {
      return null;
    }
    String id = traceparent.substring(3, 35);
    boolean hex = id.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    return hex && traceparent.charAt(35) == '-' && !id.matches("0+") ? id : null;
  }

  /**
   * Printable ASCII without quotes, so that it can stand in a header and in a log line as it is.
   */
  private static boolean isSafe(String id) {
    if (id.isEmpty() || id.length() > LONGEST) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  private static String create() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong());
  }
}
