package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Trace ids, compression and CORS. */
class HeadersIT {
  private static final String TOKEN = "a-token";
  private static final String ORIGIN = "https://app.example.org";

  private static SidecarProcess open;
  private static SidecarProcess closed;

  @BeforeAll
  static void start() {
    open = SidecarProcess.builder().env("KV_URL", "memory://").start().awaitReady();
    closed =
        SidecarProcess.builder()
            .env("KV_URL", "memory://")
            .env("SIDECAR_TOKEN", TOKEN)
            .env("CORS_ORIGINS", ORIGIN + ", http://localhost:5173")
            .env("MIKCAR_ROOT", "/kv/get")
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    open.close();
    closed.close();
  }

  /** Requests that end in every layer there is. */
  static Stream<String> everywhere() {
    return Stream.of(
        "GET /kv/exists/a",
        "GET /kv/get/none",
        "GET /health",
        "GET /metrics",
        "GET /openapi",
        "GET /nowhere",
        "GET /kv/nothing",
        "DELETE /kv/get/a",
        "GET /kv/get/%zz",
        "POST /kv/set");
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void theTraceIdOfTheRequestComesBack(String request) {
    String[] parts = request.split(" ", -1);

    Response answer = open.client().send(parts[0], parts[1], Map.of("X-Trace-ID", "my.id:1/e?"));

    assertThat(answer.headers().get("X-Trace-ID")).containsExactly("my.id:1/e?");
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void theTraceIdOfTheTraceparentComesBack(String request) {
    String[] parts = request.split(" ", -1);
    String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    Response answer = open.client().send(parts[0], parts[1], Map.of("traceparent", parent));

    assertThat(answer.headers().get("X-Trace-ID"))
        .containsExactly("4bf92f3577b34da6a3ce929d0e0e4736");
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void withoutAnIdThereIsANewOne(String request) {
    String[] parts = request.split(" ", -1);

    Response one = open.client().send(parts[0], parts[1]);
    Response other = open.client().send(parts[0], parts[1]);

    assertThat(one.headers().get("X-Trace-ID")).hasSize(1);
    assertThat(one.header("X-Trace-ID")).isNotEqualTo(other.header("X-Trace-ID"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"with blank", "quo\"te", "back\\slash", "ümlaut", "tab\tbed"})
  void anIdThatIsNotSafeIsReplaced(String id) {
    Response answer = open.client().send("GET", "/kv/get/none", Map.of("X-Trace-ID", id));

    ApiError.check(answer, 404, "NOT_FOUND");
    assertThat(answer.header("X-Trace-ID").orElse("")).isNotEqualTo(id).matches("[!-~]+");
  }

  @Test
  void anIdOf128CharactersIsTaken() {
    String id = "x".repeat(128);

    Response answer = open.client().send("GET", "/kv/get/none", Map.of("X-Trace-ID", id));

    assertThat(answer.header("X-Trace-ID")).contains(id);
  }

  @Test
  void anIdOf129CharactersIsReplaced() {
    String id = "x".repeat(129);

    Response answer = open.client().send("GET", "/kv/get/none", Map.of("X-Trace-ID", id));

    assertThat(answer.header("X-Trace-ID").orElse("")).isNotEmpty().doesNotContain("xx");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-short-00f067aa0ba902b7-01",
        "nonsense"
      })
  void aTraceparentThatIsNoneIsIgnored(String parent) {
    Response answer = open.client().send("GET", "/kv/get/none", Map.of("traceparent", parent));

    assertThat(answer.header("X-Trace-ID").orElse("")).isNotEmpty();
    assertThat(parent).doesNotContain(answer.header("X-Trace-ID").orElse(""));
  }

  @Test
  void aRequestThatTheCodecRefusesHasAnIdToo() {
    try (Connection connection = open.client().open()) {
      String head =
          "GET / HTTP/1.1\r\nX-Trace-ID: mine\r\nHost: localhost\r\nX: " + "x".repeat(30_000);
      connection.write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));

      Response answer = connection.read();

      ApiError.check(answer, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE");
    }
  }

  @Test
  void aLongTextIsCompressedOnRequest() throws IOException {
    String text = "compressible ".repeat(100);
    open.client().put("/kv/set/long", text);

    Response answer = gzipped("/kv/get/long", "gzip, deflate, br");

    assertThat(answer.header("Content-Encoding")).contains("gzip");
    assertThat(answer.header("Vary").orElse("")).containsIgnoringCase("accept-encoding");
    assertThat(gunzip(answer.body())).isEqualTo(text);
  }

  @Test
  void longJsonIsCompressedOnRequest() throws IOException {
    Response answer = gzipped("/openapi?format=json", "gzip");

    assertThat(answer.header("Content-Encoding")).contains("gzip");
    assertThat(gunzip(answer.body())).contains("\"/kv/get/{key}\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip;q=0", "br"})
  void whatIsNotAcceptedIsNotDone(String accepted) {
    open.client().put("/kv/set/long", "compressible ".repeat(100));

    Response answer = gzipped("/kv/get/long", accepted);

    assertThat(answer.header("Content-Encoding").orElse("identity")).isEqualTo("identity");
    assertThat(answer.body()).hasSize(1300);
  }

  @Test
  void withoutARequestNothingIsCompressed() {
    open.client().put("/kv/set/long", "compressible ".repeat(100));

    Response answer = open.client().get("/kv/get/long");

    assertThat(answer.header("Content-Encoding")).isEmpty();
    assertThat(answer.body()).hasSize(1300);
  }

  @Test
  void aShortAnswerIsNotCompressed() {
    open.client().put("/kv/set/short", "x".repeat(1024));

    Response answer = gzipped("/kv/get/short", "gzip");

    assertThat(answer.header("Content-Encoding")).isEmpty();
    assertThat(answer.body()).hasSize(1024);
  }

  @Test
  void anImageIsNotCompressed() {
    open.client().with("Content-Type", "image/png").put("/kv/set/image", "x".repeat(5000));

    Response answer = gzipped("/kv/get/image", "gzip");

    assertThat(answer.header("Content-Encoding")).isEmpty();
    assertThat(answer.body()).hasSize(5000);
  }

  @ParameterizedTest
  @ValueSource(strings = {ORIGIN, "http://localhost:5173"})
  void aPreflightNeedsNoToken(String origin) {
    Response answer = preflight(closed.client(), origin);

    assertThat(answer.status()).as("%s", answer).isIn(200, 204);
    assertThat(answer.header("Access-Control-Allow-Origin")).contains(origin);
    assertThat(answer.header("Access-Control-Allow-Methods").orElse("")).contains("PUT");
    assertThat(answer.header("Access-Control-Allow-Headers").orElse(""))
        .containsIgnoringCase("authorization");
    assertThat(answer.header("X-Trace-ID")).isPresent();
  }

  @Test
  void aForeignOriginIsRefused() {
    Response answer = preflight(closed.client(), "https://evil.example.org");

    ApiError.check(answer, 403, "FORBIDDEN");
    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void theAnswerToAnOwnOriginIsReadableToIt() {
    Response answer =
        closed
            .client()
            .with("Authorization", "Bearer " + TOKEN)
            .with("Origin", ORIGIN)
            .get("/kv/exists/a");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).contains(ORIGIN);
    assertThat(answer.header("Access-Control-Expose-Headers").orElse(""))
        .containsIgnoringCase("etag");
  }

  @Test
  void anErrorToAnOwnOriginIsReadableToIt() {
    Response answer = closed.client().with("Origin", ORIGIN).get("/kv/exists/a");

    ApiError.check(answer, 401, "UNAUTHORIZED");
    assertThat(answer.header("Access-Control-Allow-Origin")).contains(ORIGIN);
  }

  @Test
  void anOptionsRequestThatIsNoPreflightNeedsAToken() {
    Response answer = closed.client().with("Origin", ORIGIN).send("OPTIONS", "/kv/get/a");

    ApiError.check(answer, 401, "UNAUTHORIZED");
  }

  @Test
  void withoutTheSettingNoPageMayCallAndThereIsNoCors() {
    Response answer = open.client().with("Origin", ORIGIN).get("/kv/exists/a");

    ApiError.check(answer, 403, "FORBIDDEN");
    assertThat(answer.headers().keySet())
        .noneMatch(name -> name.regionMatches(true, 0, "Access-Control-", 0, 15));
  }

  @Test
  void withoutTheSettingAPreflightIsRefusedToo() {
    Response answer = preflight(open.client(), ORIGIN);

    ApiError.check(answer, 403, "FORBIDDEN");
    assertThat(answer.headers().keySet())
        .noneMatch(name -> name.regionMatches(true, 0, "Access-Control-", 0, 15));
  }

  @Test
  void theRootStandsInFrontOfAPathWithoutAPrefix() {
    HttpClient http = closed.client().with("Authorization", "Bearer " + TOKEN);
    http.put("/kv/set/users/1", "v");

    Response answer = http.get("/users/1");

    assertThat(answer.text()).isEqualTo("v");
  }

  private static Response preflight(HttpClient client, String origin) {
    return client
        .with("Origin", origin)
        .with("Access-Control-Request-Method", "PUT")
        .with("Access-Control-Request-Headers", "authorization,content-type")
        .send("OPTIONS", "/kv/set/a");
  }

  private static Response gzipped(String path, String accepted) {
    return open.client().with("Accept-Encoding", accepted).get(path);
  }

  private static String gunzip(byte[] body) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
