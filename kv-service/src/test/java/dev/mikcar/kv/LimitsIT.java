package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much and how long: sizes, framing, the request line, and time. */
class LimitsIT {
  private static final int LIMIT = 10 * 1024 * 1024;
  private static final Duration CLOSED = Duration.ofSeconds(10);

  private static SidecarProcess process;
  private static SidecarProcess impatient;

  @BeforeAll
  static void start() {
    process = SidecarProcess.builder().env("KV_URL", "memory://").start().awaitReady();
    impatient =
        SidecarProcess.builder()
            .env("KV_URL", "memory://")
            .env("REQUEST_TIMEOUT", "1s")
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    process.close();
    impatient.close();
  }

  private static HttpClient http() {
    return process.client();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyOfTheLimitIsTaken(boolean chunked) {
    byte[] body = bytes(LIMIT);

    Response answer = put("full", body, chunked);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(http().get("/kv/get/full").body()).isEqualTo(body);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyOfOneByteMoreIsRefused(boolean chunked) {
    byte[] body = bytes(LIMIT + 1);

    Response answer = put("over", body, chunked);

    ApiError.check(answer, 413, "PAYLOAD_TOO_LARGE");
    assertThat(http().get("/kv/get/over").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyOfManyTimesTheLimitIsRefused(boolean chunked) {
    byte[] body = bytes(6 * LIMIT);

    Response answer = put("over", body, chunked);

    ApiError.check(answer, 413, "PAYLOAD_TOO_LARGE");
  }

  @Test
  void afterABodyOverTheLimitTheConnectionIsClosed() {
    try (Connection connection = http().open()) {
      Response answer = connection.send("PUT", "/kv/set/over", Map.of(), bytes(LIMIT + 1));

      assertThat(answer.header("Connection")).contains("close");
      assertThat(connection.isClosedByPeer(CLOSED)).isTrue();
    }
  }

  @Test
  void aBodyOverTheLimitIsRefusedBeforeItIsSent() {
    try (Connection connection = http().open()) {
      connection.write(
          head("PUT /kv/set/a HTTP/1.1", "Host: localhost", "Content-Length: 999999999999"));

      Response answer = connection.read();

      ApiError.check(answer, 413, "PAYLOAD_TOO_LARGE");
    }
  }

  @Test
  void aClientThatAsksFirstIsToldToGoOn() {
    try (Connection connection = http().open()) {
      connection.write(
          head(
              "PUT /kv/set/asked HTTP/1.1",
              "Host: localhost",
              "Content-Length: 2",
              "Expect: 100-continue"));
      connection.write(ascii("ok"));

      Response answer = connection.read();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(http().get("/kv/get/asked").text()).isEqualTo("ok");
    }
  }

  @Test
  void aClientThatAsksFirstIsToldThatItIsTooMuch() {
    try (Connection connection = http().open()) {
      connection.write(
          head(
              "PUT /kv/set/a HTTP/1.1",
              "Host: localhost",
              "Content-Length: " + (LIMIT + 1),
              "Expect: 100-continue"));

      Response answer = connection.read();

      ApiError.check(answer, 413, "PAYLOAD_TOO_LARGE");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GARBAGE|400|BAD_REQUEST",
        "GET|400|BAD_REQUEST",
        "GET /kv/get/a|400|BAD_REQUEST",
        "GET /kv/get/a HTTP/9.x|400|BAD_REQUEST",
        "GET /kv/get/a b HTTP/1.1|400|BAD_REQUEST",
        "GET kv/get/a HTTP/1.1|404|NOT_FOUND",
        "G(T /kv/get/a HTTP/1.1|400|BAD_REQUEST"
      })
  void aMalformedRequestLineIsRefused(String line, int status, String code) {
    Response answer = raw(line, "Host: localhost");

    ApiError.check(answer, status, code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: abc",
        "Content-Length: -1",
        "Content-Length: +1",
        "Content-Length: 1, 2",
        "Content-Length: 1\r\nContent-Length: 2",
        "Content-Length: 0x1",
        "Content-Length: ",
        "Content-Length: 99999999999999999999",
        "No colon",
        "Na me: v",
        "X : v",
        "Transfer-Encoding: nonsense",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, identity"
      })
  void aMalformedHeaderIsRefused(String header) {
    Response answer = raw("POST /kv/set/a HTTP/1.1", "Host: localhost", header);

    assertThat(answer.status()).as("%s", answer).isIn(400, 501);
    ApiError.check(
        answer, answer.status(), answer.status() == 400 ? "BAD_REQUEST" : "NOT_IMPLEMENTED");
  }

  /** RFC 9112 section 3.2. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "X: no host",
        "Host: localhost\r\nHost: b",
        "Host: a b",
        "Host: http://a/",
        "Host: a@b"
      })
  void aBadHostIsRefused(String header) {
    Response answer = raw("GET /kv/exists/a HTTP/1.1", header);

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @Test
  void http10NeedsNoHost() {
    Response answer = raw("GET /kv/exists/none HTTP/1.0", "X: y");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"exists\":false}");
  }

  @Test
  void http10IsClosedAfterTheAnswer() {
    try (Connection connection = http().open()) {
      connection.write(head("GET /kv/exists/none HTTP/1.0"));

      Response answer = connection.read();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(connection.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void aTargetMayBeAbsolute() {
    http().put("/kv/set/absolute", "v");

    Response answer = raw("GET http://localhost/kv/get/absolute HTTP/1.1", "Host: localhost");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"zz\r\nabc\r\n", "-1\r\n", "5\r\nabcdefg\r\n0\r\n\r\n", "ffffffffffffffffff\r\n"})
  void malformedChunksAreRefused(String chunks) {
    try (Connection connection = http().open()) {
      connection.write(
          head("PUT /kv/set/chunks HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked"));
      connection.write(ascii(chunks));

      boolean closed = connection.isClosedByPeer(Duration.ofSeconds(5));

      // Vert.x gives up such a connection without a word; what counts is that nothing was set.
      assertThat(closed).isTrue();
      assertThat(http().get("/kv/get/chunks").status()).isEqualTo(404);
    }
  }

  @Test
  void aRequestLineOf4096BytesIsTaken() {
    Response answer = http().get(targetOfALine(4096));

    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {4097, 10_000, 100_000})
  void aLongerRequestLineIsRefused(int length) {
    Response answer = http().get(targetOfALine(length));

    ApiError.check(answer, 414, "REQUEST_URI_TOO_LONG");
  }

  /** What makes the line of a GET so many bytes long. */
  private static String targetOfALine(int length) {
    String shortest = "/kv/keys/a?limit=1";
    int missing = length - "GET  HTTP/1.1".length() - shortest.length();
    return shortest.replace("=", "=" + "0".repeat(missing));
  }

  @Test
  void headersOf19KibibytesAreTaken() {
    Response answer = http().with("X-Long", "x".repeat(19 * 1024)).get("/kv/exists/a");

    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {21, 200})
  void headersOfMoreThan20KibibytesAreRefused(int kibibytes) {
    Response answer = http().with("X-Long", "x".repeat(kibibytes * 1024)).get("/kv/exists/a");

    ApiError.check(answer, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE");
  }

  @Test
  void manyHeadersOfMoreThan20KibibytesAreRefused() {
    Response answer =
        raw("GET /kv/exists/a HTTP/1.1", "Host: localhost", "X: y\r\n".repeat(6000) + "X: y");

    ApiError.check(answer, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 10", "Transfer-Encoding: chunked"})
  void aBodyThatTakesTooLongTimesOut(String framing) {
    try (Connection connection = impatient.client().open()) {
      connection.write(head("PUT /kv/set/slow HTTP/1.1", "Host: localhost", framing));
      connection.write(ascii("2\r\nab"));

      Response answer = connection.read();

      ApiError.check(answer, 504, "BACKEND_TIMEOUT");
      assertThat(impatient.client().get("/kv/get/slow").status()).isEqualTo(404);
    }
  }

  private static Response put(String key, byte[] body, boolean chunked) {
    return chunked
        ? http().send("PUT", "/kv/set/" + key, Map.of("Transfer-Encoding", "chunked"), chunks(body))
        : http().put("/kv/set/" + key, body);
  }

  private static Response raw(String... lines) {
    try (Connection connection = http().open()) {
      connection.write(head(lines));
      return connection.read();
    }
  }

  private static byte[] head(String... lines) {
    return ascii(String.join("\r\n", lines) + "\r\n\r\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) ((i * 31) >> 3);
    }
    return bytes;
  }

  private static byte[] chunks(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + body.length / 1000);
    for (int at = 0; at < body.length; at += 60_000) {
      int size = Math.min(60_000, body.length - at);
      out.writeBytes(ascii(Integer.toHexString(size) + "\r\n"));
      out.write(body, at, size);
      out.writeBytes(ascii("\r\n"));
    }
    out.writeBytes(ascii("0\r\n\r\n"));
    return out.toByteArray();
  }
}
