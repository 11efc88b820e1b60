package dev.mikcar.test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An answer, as it came.
 *
 * @param headers by name in any case, each with its field lines in order, decoded as ISO 8859-1;
 *     trailers are not among them
 * @param body without the transfer encoding, with the content encoding; empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Response(int status, Map<String, List<String>> headers, byte[] body) {

  /** Copies the headers, not the body. */
  public Response {
    Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(
        (name, values) -> copy.computeIfAbsent(name, n -> new ArrayList<>()).addAll(values));
    copy.replaceAll((name, values) -> List.copyOf(values));
    headers = Collections.unmodifiableMap(copy);
  }

  /** The first field line of this name, in any case. */
  public Optional<String> header(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst();
  }

  /** The body read as UTF-8. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** All of it, for the message of a failed assertion. */
  @Override
  public String toString() {
    return status + " " + headers + " " + text();
  }
}
