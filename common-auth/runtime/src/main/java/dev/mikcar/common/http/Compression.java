package dev.mikcar.common.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which answers are gzipped: those the caller accepts it for, that are larger than {@link
 * #THRESHOLD} bytes or of unknown length, and of a type that shrinks. Vert.x compresses every
 * answer but those marked {@code Content-Encoding: identity}, and takes that mark off again.
 */
public final class Compression {
  /** Below this, gzip costs more than it saves: one packet is one packet. */
  static final int THRESHOLD = 1024;

  private static final Set<String> TYPES =
      Set.of(
          "application/json",
          "application/x-ndjson",
          "application/javascript",
          "application/xml",
          "application/yaml",
          "application/openmetrics-text",
          "image/svg+xml");

  private Compression() {}

  /** Decides when the head of the answer is about to be written. */
  static void decideFor(RoutingContext routing) {
    if (routing.request().getHeader(HttpHeaders.ACCEPT_ENCODING) != null) {
      routing.addHeadersEndHandler(ignored -> mark(routing.response()));
    }
  }

  /**
   * Whether an answer of this type and length, bytes, that is written in chunks will be gzipped.
   */
  public static boolean appliesTo(
      HttpServerRequest request, @Nullable String contentType, long length) {
    String accepted = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
    return accepted != null
        && length > THRESHOLD
        && shrinks(contentType)
        && accepted.toLowerCase(Locale.ROOT).matches(".*(gzip|deflate|\\*).*");
  }

  private static void mark(HttpServerResponse response) {
    String encoding = response.headers().get(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equals(HttpHeaders.IDENTITY.toString())) {
      return;
    }
    boolean small = !response.isChunked() && response.bytesWritten() <= THRESHOLD;
    if (small || !shrinks(response.headers().get(HttpHeaders.CONTENT_TYPE))) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
    } else {
      response.headers().remove(HttpHeaders.CONTENT_ENCODING);
      response.headers().add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    }
  }

  private static boolean shrinks(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    int parameters = contentType.indexOf(';');
    String type =
        (parameters < 0 ? contentType : contentType.substring(0, parameters))
            .strip()
            .toLowerCase(Locale.ROOT);
    return type.startsWith("text/") || type.endsWith("+json") || TYPES.contains(type);
  }
}
