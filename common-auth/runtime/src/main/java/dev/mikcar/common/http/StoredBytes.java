package dev.mikcar.common.http;

import io.vertx.core.http.HttpServerResponse;
import java.util.Map;

/**
 * What goes out with bytes that a caller has stored, under a type of the caller's choice. A browser
 * that is led there would otherwise run a stored page as one of ours, and so with all that a page
 * of this origin may do: it is to take the type as it is said (<a
 * href="https://fetch.spec.whatwg.org/#x-content-type-options-header">Fetch</a>), and a page as one
 * of no origin, without scripts (<a href="https://www.w3.org/TR/CSP3/#directive-sandbox">CSP</a>).
 */
public final class StoredBytes {
  /** The header fields, by their names. */
  public static final Map<String, String> FIELDS =
      Map.of("X-Content-Type-Options", "nosniff", "Content-Security-Policy", "sandbox");

  private StoredBytes() {}

  /** Sets them. */
  public static void guard(HttpServerResponse response) {
    FIELDS.forEach(response::putHeader);
  }
}
