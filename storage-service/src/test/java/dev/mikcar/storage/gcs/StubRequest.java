package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** One request to the stub: its path and query taken apart strictly, and its answer. */
final class StubRequest {
  static final ObjectMapper JSON = new ObjectMapper();

  private final HttpExchange exchange;
  private final List<String> path;
  private final Map<String, String> query = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>(Set.of("prettyPrint", "alt", "fields"));

  /** Whether it is done, but its answer never comes. */
  private boolean lost;

  StubRequest(HttpExchange exchange) {
    this.exchange = exchange;
    this.path =
        Arrays.stream(exchange.getRequestURI().getRawPath().substring(1).split("/", -1))
            // A plus in a path is a plus.
            .map(part -> decode(part.replace("+", "%2B")))
            .toList();
  }

  /** Refuses a query that is not made of names and values, each name once. */
  void readQuery() {
    String raw = exchange.getRequestURI().getRawQuery();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0
          || query.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)))
              != null) {
        throw StubError.invalid("Invalid query: " + raw);
      }
    }
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw StubError.invalid("Invalid percent-encoding: " + text);
    }
  }

  String method() {
    return exchange.getRequestMethod();
  }

  /** Its decoded parts. */
  List<String> path() {
    return path;
  }

  boolean isBelow(String... beginning) {
    return path.size() >= beginning.length
        && path.subList(0, beginning.length).equals(List.of(beginning));
  }

  String rawPath() {
    return exchange.getRequestURI().getRawPath();
  }

  Map<String, String> query() {
    return query;
  }

  /** A parameter that this request may have. */
  Optional<String> parameter(String name) {
    used.add(name);
    return Optional.ofNullable(query.get(name));
  }

  Optional<Long> number(String name) {
    return parameter(name)
        .map(
            text -> {
              if (!text.matches("\\d{1,19}")) {
                throw StubError.invalid("Invalid value for " + name + ": " + text);
              }
              return Long.valueOf(text);
            });
  }

  /** To be called when all parameters were asked for. */
  void refuseOthers() {
    query
        .keySet()
        .forEach(
            name -> {
              if (!used.contains(name)) {
                throw StubError.invalid("Unknown parameter: " + name);
              }
            });
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  InputStream body() {
    return exchange.getRequestBody();
  }

  /** All of it, unpacked. */
  byte[] wholeBody() throws IOException {
    byte[] bytes = body().readAllBytes();
    return header("Content-Encoding").orElse("").equals("gzip") && bytes.length > 0
        ? new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes()
        : bytes;
  }

  JsonNode json() throws IOException {
    byte[] bytes = wholeBody();
    return bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
  }

  void isToBeLost(boolean whether) {
    lost = whether;
  }

  private void lose() throws IOException {
    if (lost) {
      throw new IOException("This answer is lost for the test");
    }
  }

  StubRequest set(String header, String value) {
    exchange.getResponseHeaders().set(header, value);
    return this;
  }

  void answer(int status) throws IOException {
    drain();
    lose();
    exchange.sendResponseHeaders(status, -1);
  }

  void answer(int status, ObjectNode body) throws IOException {
    drain();
    Object shown = query.containsKey("fields") ? FieldMask.apply(query.get("fields"), body) : body;
    set("Content-Type", "application/json; charset=UTF-8");
    write(status, JSON.writeValueAsBytes(shown));
  }

  void answer(StubError error) throws IOException {
    drain();
    if ("media".equals(query.get("alt"))) {
      set("Content-Type", "text/html; charset=UTF-8");
      write(error.status(), String.valueOf(error.getMessage()).getBytes(StandardCharsets.UTF_8));
      return;
    }
    ObjectNode body = JSON.createObjectNode();
    ObjectNode inner = body.putObject("error").put("code", error.status());
    inner.put("message", error.getMessage());
    inner
        .putArray("errors")
        .addObject()
        .put("message", error.getMessage())
        .put("domain", "global")
        .put("reason", error.reason());
    set("Content-Type", "application/json; charset=UTF-8");
    write(error.status(), JSON.writeValueAsBytes(body));
  }

  private void write(int status, byte[] bytes) throws IOException {
    lose();
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Bytes of a length that is known. */
  void stream(int status, long length, InputStream content) throws IOException {
    lose();
    exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
    if (length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        content.transferTo(out);
      }
    }
  }

  private void drain() throws IOException {
    body().transferTo(OutputStream.nullOutputStream());
  }

  /** Scheme, host and port under which the caller reached the stub. */
  String root() {
    return "http://" + header("Host").orElseThrow();
  }
}
