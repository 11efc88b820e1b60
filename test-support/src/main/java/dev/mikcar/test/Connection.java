package dev.mikcar.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One connection, kept alive between requests, for one thread at a time. Besides requests it sends
 * raw bytes, so that a test can be wrong on purpose, slow or gone half-way.
 *
 * <p>Every failure is an {@link UncheckedIOException}; its cause tells a timeout ({@link
 * java.net.SocketTimeoutException}), a peer that closed ({@link java.io.EOFException}) and an
 * answer that is not HTTP ({@link java.net.ProtocolException}) apart.
 */
public final class Connection implements AutoCloseable {
  private final Wire wire;
  private final ResponseReader reader;
  private final Map<String, String> defaults;

  private Connection(Wire wire, Map<String, String> defaults) {
    this.wire = wire;
    this.reader = new ResponseReader(wire);
    this.defaults = defaults;
  }

  static Connection open(SocketAddress peer, Map<String, String> defaults, Duration timeout) {
    try {
      return new Connection(Wire.open(peer, timeout), defaults);
    } catch (IOException e) {
      throw new UncheckedIOException("Connecting to " + peer + ": " + e.getMessage(), e);
    }
  }

  /** A request without headers of its own and without a body. */
  public Response send(String method, String path) {
    return exchange(method, path, Map.of(), null);
  }

  /** A request without a body. */
  public Response send(String method, String path, Map<String, String> headers) {
    return exchange(method, path, headers, null);
  }

  /**
   * Sends a request and reads its answer, also one that comes before all of the body is sent.
   *
   * @param path the request target, sent byte for byte (UTF-8)
   * @param headers win over the client's own; Host is added unless given, and Content-Length unless
   *     it or Transfer-Encoding is given
   * @param body sent as it is: with Transfer-Encoding, it must be encoded already
   */
  public Response send(String method, String path, Map<String, String> headers, byte[] body) {
    return exchange(method, path, headers, body);
  }

  /** Sends these bytes and reads nothing. */
  public void write(byte[] bytes) {
    try {
      wire.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing: " + e.getMessage(), e);
    }
  }

  /** The next answer, to a method other than HEAD. */
  public Response read() {
    return read("GET");
  }

  /** The next answer, to this method: one to HEAD has no body, whatever its headers say. */
  public Response read(String method) {
    try {
      return reader.read(method);
    } catch (IOException e) {
      throw new UncheckedIOException("Reading an answer: " + e.getMessage(), e);
    }
  }

  /**
   * Whether the peer closes or resets the connection within the limit; returns as soon as it does.
   * What it sends before that can still be read.
   */
  public boolean isClosedByPeer(Duration limit) {
    try {
      return wire.endsWithin(limit);
    } catch (SocketException e) {
      return true; // A reset.
    } catch (IOException e) {
      throw new UncheckedIOException("Waiting for the peer to close: " + e.getMessage(), e);
    }
  }

  /** Closes this side at once, whatever is under way. */
  @Override
  public void close() {
    try {
      wire.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Closing: " + e.getMessage(), e);
    }
  }

  private Response exchange(
      String method, String path, Map<String, String> headers, byte @Nullable [] body) {
    try {
      IOException unsent = trySending(head(method, path, headers, body), body);
      try {
        return reader.read(method);
      } catch (IOException e) {
        if (unsent == null) {
          throw e;
        }
        unsent.addSuppressed(e);
        throw unsent;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path + ": " + e.getMessage(), e);
    }
  }

  /** A peer may answer, say 413, and close before it has read all: then the answer counts. */
  private @Nullable IOException trySending(byte[] head, byte @Nullable [] body) {
    try {
      wire.write(head);
      if (body != null) {
        wire.write(body);
      }
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private byte[] head(
      String method, String path, Map<String, String> headers, byte @Nullable [] body) {
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(defaults);
    all.putAll(headers);
    if (body != null && !all.containsKey("Transfer-Encoding")) {
      all.putIfAbsent("Content-Length", Integer.toString(body.length));
    }
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    all.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }
}
