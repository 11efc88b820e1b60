package dev.mikcar.common.http;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The headers of every answer. What callers have stored may be a page or a script: a browser that
 * opens it must take it for what its type says, and give it an origin of its own, so that it cannot
 * act as the sidecar. They are set here, once, so that no service can forget them.
 *
 * <p>For one event loop: it keeps the text of the current second.
 */
final class AnswerHeaders {
  /** RFC 9110 section 5.6.7, always with two digits. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final CharSequence DATE = HttpHeaders.createOptimized("Date");
  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("X-Content-Type-Options");
  private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence POLICY = HttpHeaders.createOptimized("Content-Security-Policy");
  private static final CharSequence SANDBOX = HttpHeaders.createOptimized("sandbox");

  private long second = -1;
  private CharSequence date = "";

  void addTo(HttpServerResponse response) {
    long now = System.currentTimeMillis() / 1000;
    if (now != second) {
      second = now;
      date = HttpHeaders.createOptimized(HTTP_DATE.format(Instant.ofEpochSecond(now)));
    }
    MultiMap headers = response.headers();
    headers.set(DATE, date);
    headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.set(POLICY, SANDBOX);
  }
}
