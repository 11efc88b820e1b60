package dev.mikcar.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpClientTest {
  private static final boolean CLOSES = true;
  private static final boolean STAYS = false;

  @Test
  void sendsThePathAndHeadersAsGiven() throws Exception {
    try (ScriptedServer server = new ScriptedServer(1, STAYS, "HTTP/1.1 204 No Content\r\n\r\n")) {
      HttpClient client = server.client().with("Authorization", "Bearer a").with("Host", "h");

      Response response = client.send("GET", "/a/../%2e//b?c d", Map.of("authorization", "x"));

      assertThat(response.status()).isEqualTo(204);
      assertThat(server.received())
          .startsWith("GET /a/../%2e//b?c d HTTP/1.1\r\n")
          .contains("\r\nHost: h\r\n", "Authorization: x\r\n")
          .doesNotContain("Bearer", "Content-Length");
    }
  }

  @Test
  void readsManyHeadersAndABodyOfAGivenLength() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer(
            1, STAYS, "HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:2 \r\ncontent-length: 3\r\n\r\nabcREST")) {
      Response response = server.client().put("/", "body");

      assertThat(response.text()).isEqualTo("abc");
      assertThat(response.headers().get("X-a")).containsExactly("1", "2");
      assertThat(response.header("CONTENT-LENGTH")).contains("3");
      assertThat(server.received()).contains("Content-Length: 4\r\n");
    }
  }

  @Test
  void readsChunksAfterInterimAnswersAndKeepsTheConnection() throws Exception {
    try (ScriptedServer server =
            new ScriptedServer(
                2,
                STAYS,
                """
                HTTP/1.1 100 Continue\r
                \r
                HTTP/1.1 103 Early Hints\r
                Link: </a>\r
                \r
                HTTP/1.1 200 OK\r
                Transfer-Encoding: chunked\r
                \r
                3\r
                abc\r
                A;x=y\r
                0123456789\r
                0\r
                Trailer: t\r
                \r
                HTTP/1.1 404 Not Found\r
                Content-Length: 5\r
                \r
                HTTP/1.1 200 OK\r
                Content-Length: 0\r
                \r
                """);
        Connection connection = server.client().open()) {
      connection.write(
          "GET / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(connection.read().text()).isEqualTo("abc0123456789");
      assertThat(connection.read("HEAD").body()).isEmpty();
      assertThat(connection.read().status()).isEqualTo(200);
      assertThat(connection.isClosedByPeer(Duration.ofMillis(50))).isFalse();
    }
  }

  @Test
  void readsABodyThatEndsWithTheConnection() throws Exception {
    String body = "0123456789".repeat(100_000);
    try (ScriptedServer server = new ScriptedServer(1, CLOSES, "HTTP/1.0 200 OK\r\n\r\n" + body);
        Connection connection = server.client().open()) {
      Response response = connection.send("GET", "/");

      assertThat(response.text()).isEqualTo(body);
      assertThat(connection.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void readsAnAnswerThatComesBeforeTheBodyIsSent() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer(
            1, STAYS, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")) {
      HttpClient client = server.client().withTimeout(Duration.ofMillis(300));

      Response response = client.put("/", new byte[50 * 1024 * 1024]);

      assertThat(response.status()).isEqualTo(413);
    }
  }

  @Test
  void tellsATruncatedBody() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer(1, CLOSES, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")) {
      assertThatThrownBy(() -> server.client().get("/x"))
          .hasCauseInstanceOf(EOFException.class)
          .hasMessage("GET /x: the peer closed the connection after 3 of 10 bytes");
    }
  }

  @Test
  void tellsWhatIsNotHttp() throws Exception {
    try (ScriptedServer server = new ScriptedServer(1, CLOSES, "SSH-2.0-x\r\n")) {
      assertThatThrownBy(() -> server.client().get("/"))
          .hasCauseInstanceOf(ProtocolException.class)
          .hasMessageContaining("not a status line: SSH-2.0-x");
    }
  }

  @Test
  void givesUpOnASilentPeer() throws Exception {
    try (ScriptedServer server = new ScriptedServer(1, STAYS, "HTTP/1.1 200 OK\r\n")) {
      HttpClient client = server.client().withTimeout(Duration.ofMillis(100));

      assertThatThrownBy(() -> client.get("/slow"))
          .hasCauseInstanceOf(SocketTimeoutException.class)
          .hasMessageStartingWith("GET /slow: nothing arrived for PT0.1S");
    }
  }

  @Test
  void speaksOverAUnixSocket(@TempDir Path folder) throws Exception {
    Path path = folder.resolve("s");
    try (ServerSocketChannel listener =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(path))) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (SocketChannel peer = listener.accept()) {
                  peer.read(ByteBuffer.allocate(4096));
                  peer.write(
                      ByteBuffer.wrap(
                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
                              .getBytes(StandardCharsets.US_ASCII)));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });

      assertThat(HttpClient.unix(path).get("/").text()).isEqualTo("hi");
    }
  }
}
