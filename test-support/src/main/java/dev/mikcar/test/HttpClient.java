package dev.mikcar.test;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A blocking HTTP/1.1 client that sends exactly what it is told to, over TCP or a unix socket. It
 * normalises no path, follows no redirect, decodes no content and retries nothing.
 *
 * <p>Immutable and safe for any number of threads: each request has a connection of its own, unless
 * it goes through one of {@link #open()}. Failures are those of {@link Connection}.
 */
public final class HttpClient {
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

  private final SocketAddress peer;
  private final Map<String, String> defaults;
  private final Duration timeout;

  private HttpClient(SocketAddress peer, Map<String, String> defaults, Duration timeout) {
    this.peer = peer;
    this.defaults = defaults;
    this.timeout = timeout;
  }

  /** A client of a TCP port; the host is resolved now. */
  public static HttpClient tcp(String host, int port) {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return new HttpClient(
        new InetSocketAddress(host, port),
        headers(Map.of(), "Host", name + ":" + port),
        READ_TIMEOUT);
  }

  /** A client of a unix socket; its Host is localhost. */
  public static HttpClient unix(Path socket) {
    return new HttpClient(
        UnixDomainSocketAddress.of(socket), headers(Map.of(), "Host", "localhost"), READ_TIMEOUT);
  }

  /** The same client with a header on every request that does not give it itself. */
  public HttpClient with(String header, String value) {
    return new HttpClient(peer, headers(defaults, header, value), timeout);
  }

  /** The same client with another limit on how long the peer may be silent; default 30 s. */
  public HttpClient withTimeout(Duration silence) {
    return new HttpClient(peer, defaults, silence);
  }

  /** A connection to send several requests, or raw bytes, on. */
  public Connection open() {
    return Connection.open(peer, defaults, timeout);
  }

  /** See {@link Connection#send(String, String)}. */
  public Response send(String method, String path) {
    return send(method, path, Map.of());
  }

  /** See {@link Connection#send(String, String, Map)}. */
  public Response send(String method, String path, Map<String, String> headers) {
    try (Connection connection = open()) {
      return connection.send(method, path, headers);
    }
  }

  /** See {@link Connection#send(String, String, Map, byte[])}. */
  public Response send(String method, String path, Map<String, String> headers, byte[] body) {
    try (Connection connection = open()) {
      return connection.send(method, path, headers, body);
    }
  }

  /** GET. */
  public Response get(String path) {
    return send("GET", path);
  }

  /** HEAD: the answer has no body. */
  public Response head(String path) {
    return send("HEAD", path);
  }

  /** PUT with a body as UTF-8, without a content type unless {@link #with} gave one. */
  public Response put(String path, String body) {
    return put(path, body.getBytes(StandardCharsets.UTF_8));
  }

  /** PUT, without a content type unless {@link #with} gave one. */
  public Response put(String path, byte[] body) {
    return send("PUT", path, Map.of(), body);
  }

  /** POST with a body as UTF-8, without a content type unless {@link #with} gave one. */
  public Response post(String path, String body) {
    return post(path, body.getBytes(StandardCharsets.UTF_8));
  }

  /** POST, without a content type unless {@link #with} gave one. */
  public Response post(String path, byte[] body) {
    return send("POST", path, Map.of(), body);
  }

  /** DELETE. */
  public Response delete(String path) {
    return send("DELETE", path);
  }

  private static Map<String, String> headers(
      Map<String, String> others, String name, String value) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(others);
    all.put(name, value);
    return Collections.unmodifiableMap(all);
  }
}
