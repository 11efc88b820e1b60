package dev.mikcar.queue.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.message.Message;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What of a request's headers goes with a message, or says how it is sent. */
final class MessageHeaders {
  private static final int LONGEST_KEY = 256;

  private MessageHeaders() {}

  /**
   * The headers {@code X-Message-*}. Values are UTF-8 where their bytes are, else ISO 8859-1; one
   * that is given twice is joined by a comma, RFC 9110 section 5.3.
   *
   * @throws ApiException.BadRequest for one that only a queue sets
   */
  static Map<String, String> of(HttpServerRequest request) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Map.Entry<String, String> header : request.headers()) {
      String name = header.getKey();
      if (begins(name, Message.PREFIX)) {
        if (begins(name, Message.DEATH)) {
          throw new ApiException.BadRequest(
              "headers that begin with " + Message.DEATH + " are set by the queue alone");
        }
        headers.merge(name, decoded(header.getValue()), (one, other) -> one + ", " + other);
      }
    }
    return headers;
  }

  private static boolean begins(String name, String prefix) {
    return name.regionMatches(true, 0, prefix, 0, prefix.length());
  }

  /** Netty hands each byte over as the character of the same number. */
  private static String decoded(String value) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      return value;
    }
  }

  /** The {@code Idempotency-Key}; null when there is none. */
  static @Nullable String idempotencyKey(HttpServerRequest request) {
    String key = request.getHeader("Idempotency-Key");
    if (key != null && (key.isBlank() || key.length() > LONGEST_KEY)) {
      throw new ApiException.BadRequest(
          "the Idempotency-Key must have from 1 to " + LONGEST_KEY + " bytes");
    }
    return key;
  }
}
