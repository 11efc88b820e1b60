package dev.mikcar.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Takes traces as OTLP over HTTP does, and looks at no more than their bytes. */
final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  private Collector(HttpServer server) {
    this.server = server;
  }

  static Collector open() throws IOException {
    Collector collector =
        new Collector(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    collector.server.createContext("/v1/traces", collector::take);
    collector.server.start();
    return collector;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Whether a span of this trace came; in a span the id is 16 bytes as they are. */
  boolean hasTrace(String id) {
    byte[] bytes = HexFormat.of().parseHex(id);
    return text().contains(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  /** All that came, a character a byte. */
  String text() {
    return received.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      received.writeBytes(exchange.getRequestBody().readAllBytes());
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }
}
