package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every request passes: browsers that were sent by somebody else, framing, metrics. */
class FrontDoorIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static SidecarProcess open;
  private static SidecarProcess guarded;

  @BeforeAll
  static void start() {
    open =
        SidecarProcess.builder()
            .args("--kv", "--storage")
            .env("KV_URL", "memory://")
            .env("STORAGE_URL", "memory://")
            .env("MIKCAR_ALLOWED_HOSTS", "mikcar.test.svc")
            .env("MIKCAR_SOCKET", "m.sock")
            .env("CORS_ORIGINS", "https://app.example.org")
            .start()
            .awaitReady();
    guarded =
        SidecarProcess.builder()
            .args("--kv")
            .env("KV_URL", "memory://")
            .env("SIDECAR_TOKEN", "secret")
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    open.close();
    guarded.close();
  }

  private static Response raw(SidecarProcess process, String request) {
    try (Connection connection = process.client().open()) {
      connection.write(request.getBytes(StandardCharsets.ISO_8859_1));
      return connection.read();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, 421",
    "evil.example:3001, 421",
    "127.0.0.1.evil.example, 421",
    "2130706433, 421",
    "localhost, 200",
    "LOCALHOST:1, 200",
    "127.0.0.1:3001, 200",
    "[::1]:3001, 200",
    "mikcar.test.svc, 200",
    "Mikcar.Test.Svc:80, 200"
  })
  void withoutATokenAHostThatIsNotOfHereIsMisdirected(String host, int status) {
    // Given
    Map<String, String> headers = Map.of("Host", host);

    // When
    try (Connection connection = open.client().open()) {
      Response answer = connection.send("GET", "/health", headers);

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    }
  }

  @Test
  void withATokenAnyHostWillDo() {
    // Given
    Map<String, String> headers = Map.of("Host", "any.example", "Authorization", "Bearer secret");

    // When
    try (Connection connection = guarded.client().open()) {
      Response answer = connection.send("GET", "/kv/exists/a", headers);

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /kv/set/browser, http://evil.example, 403",
    "GET, /kv/exists/browser, null, 403",
    "OPTIONS, /kv/set/browser, http://evil.example, 403",
    "GET, /metrics, http://evil.example, 403",
    "GET, /health, http://evil.example, 200",
    "GET, /kv/exists/browser, https://app.example.org, 200"
  })
  void aPageOfAnotherOriginMayNotCall(String method, String path, String origin, int status) {
    // Given
    Map<String, String> headers =
        Map.of(
            "Origin",
            origin,
            "Sec-Fetch-Site",
            "cross-site",
            "Access-Control-Request-Method",
            "POST");

    // When
    try (Connection connection = open.client().open()) {
      Response answer = connection.send(method, path, headers);

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
      assertThat(connection.send("GET", "/kv/get/browser").status()).isEqualTo(404);
    }
  }

  @Test
  void aPageOfAnotherOriginMayNotCallWithTheTokenEither() {
    // Given
    Map<String, String> headers =
        Map.of("Origin", "http://evil.example", "Authorization", "Bearer secret");

    // When
    try (Connection connection = guarded.client().open()) {
      Response answer = connection.send("GET", "/kv/exists/a", headers);

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/kv/get/page", "/storage/object/page", "/nowhere", "/health", "/kv/get/none"})
  void whatIsStoredCannotActAsTheSidecarInABrowser(String path) {
    // Given
    try (Connection connection = open.client().open()) {
      byte[] page = "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);
      Map<String, String> html = Map.of("Content-Type", "text/html");
      connection.send("PUT", "/kv/set/page", html, page);
      connection.send("PUT", "/storage/object/page", html, page);

      // When
      Response answer = connection.send("GET", path);

      // Then
      assertThat(answer.header("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.header("Content-Security-Policy")).contains("sandbox");
      assertThat(answer.header("Date").orElse(""))
          .matches("\\w{3}, \\d{2} \\w{3} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Length: 3\\r\\nTransfer-Encoding: chunked|3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked\\r\\nContent-Length: 3|3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked\\r\\nTransfer-Encoding: chunked|3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked|zz\\r\\nabc\\r\\n0\\r\\n\\r\\n",
        "Transfer-Encoding: chunked|3\\r\\nabcdef\\r\\n0\\r\\n\\r\\n",
      })
  void aBodyWhoseEndIsInDoubtIsABadRequest(String headers, String body) {
    // Given
    String request =
        ("PUT /kv/set/framing HTTP/1.1\\r\\nHost: localhost\\r\\n"
                + headers
                + "\\r\\n\\r\\n"
                + body)
            .replace("\\r\\n", "\r\n");

    // When
    try (Connection connection = open.client().open()) {
      connection.write(request.getBytes(StandardCharsets.ISO_8859_1));
      Response answer = connection.read();

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
      assertThat(answer.text()).contains("\"trace_id\"");
      assertThat(connection.isClosedByPeer(SOON)).isTrue();
    }
    assertThat(open.client().get("/kv/get/framing").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/3.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9"})
  void anotherVersionIsSaidSo(String version) {
    // Given
    String request = "GET /health " + version + "\r\nHost: localhost\r\n\r\n";

    // When
    Response answer = raw(open, request);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(505);
    assertThat(answer.text()).contains("HTTP_VERSION_NOT_SUPPORTED", "\"trace_id\"");
  }

  @Test
  void aCompressedBodyThatWouldNotBeKeptSoIsRefused() {
    // Given
    Map<String, String> gzip = Map.of("Content-Encoding", "gzip");

    // When
    try (Connection connection = open.client().open()) {
      Response answer = connection.send("PUT", "/kv/set/gzip", gzip, new byte[] {31, -117});

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(415);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 20_000})
  void requestsSentAtOnceAreAllAnsweredInOrder(int requests) {
    // Given
    HttpClient http = open.client();
    IntStream.range(0, 3).forEach(i -> http.put("/kv/set/pipe" + i, "value" + i));
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < requests; i += 4) {
      sent.append("GET /kv/get/pipe").append(i % 3).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
      sent.append("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
      sent.append("GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
      sent.append("PUT /kv/set/own HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
    }

    // When
    try (Connection connection = http.open()) {
      byte[] bytes = sent.toString().getBytes(StandardCharsets.US_ASCII);
      CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> connection.write(bytes));

      // Then
      for (int i = 0; i < requests; i += 4) {
        assertThat(connection.read().text()).isEqualTo("value" + i % 3);
        assertThat(connection.read().status()).isEqualTo(404);
        assertThat(connection.read().text()).contains("healthy");
        assertThat(connection.read().text()).contains("own");
      }
      writing.join();
    }
  }

  @Test
  void whoIsRefusedCannotUseUpTheNamesOfMetrics() {
    // Given
    int each = 3_400;
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < each; i++) {
      String rest = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
      sent.append("GET /kv/get/refused").append(i).append(rest);
      sent.append("GET /nowhere").append(i).append(rest);
      sent.append("METHOD").append(i).append(" /kv/get/a").append(rest);
    }
    try (Connection connection = guarded.client().open()) {
      byte[] bytes = sent.toString().getBytes(StandardCharsets.US_ASCII);
      CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> connection.write(bytes));
      for (int i = 0; i < 3 * each; i++) {
        assertThat(connection.read().status()).isEqualTo(401);
      }
      writing.join();
      Map<String, String> token = Map.of("Authorization", "Bearer secret");
      connection.send("GET", "/kv/exists/a", token);

      // When
      Response metrics = connection.send("GET", "/metrics", token);

      // Then
      assertThat(metrics.text())
          .contains("uri=\"/kv/exists/{key}\"", "method=\"OTHER\"")
          .doesNotContain("refused", "nowhere", "METHOD");
    }
  }

  @Test
  void theUnixSocketTakesAnyHost() {
    // Given
    Map<String, String> headers = Map.of("Host", "mikcar.sidecar");

    // When
    Response answer = open.unixClient().send("GET", "/kv/exists/a", headers);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }
}
