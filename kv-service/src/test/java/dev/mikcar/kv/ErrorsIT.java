package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Token, routes, methods, media types, health, metrics and description. */
class ErrorsIT {
  private static final String TOKEN = "correct-horse-battery-staple-0123456789";

  private static SidecarProcess process;

  @BeforeAll
  static void start() {
    process =
        SidecarProcess.builder()
            .env("KV_URL", "memory://")
            .env("SIDECAR_TOKEN", TOKEN)
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    process.close();
  }

  private static HttpClient http() {
    return process.client().with("Authorization", "Bearer " + TOKEN);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/kv/get/a",
    "PUT,/kv/set/a",
    "POST,/kv/set",
    "GET,/get/a",
    "GET,/metrics",
    "GET,/openapi",
    "GET,/",
    "GET,/nowhere",
    "GET,/kv",
    "GET,/sql/query",
    "HEAD,/kv/get/a",
    "GET,/health/",
    "GET,/health/live/",
    "GET,/healthy",
    "GET,/health/../kv/get/a",
    "GET,//health",
    "GET,/health%2Flive",
    "GET,/health/live/..;/metrics",
    "GET,/q/health",
    "OPTIONS,/kv/get/a",
    "TRACE,/kv/get/a",
    "BREW,/kv/get/a",
    "GET,/q/metrics",
    "GET,/q/openapi"
  })
  void withoutATokenEveryRouteIsRefused(String method, String path) {
    Response answer = process.client().send(method, path);

    assertThat(answer.status()).as("%s", answer).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).contains("Bearer");
    if (!method.equals("HEAD")) {
      ApiError.check(answer, 401, "UNAUTHORIZED");
    }
  }

  static Stream<String> wrongTokens() {
    return Stream.of(
            IntStream.rangeClosed(1, 64).mapToObj("x"::repeat),
            IntStream.range(1, TOKEN.length()).mapToObj(n -> TOKEN.substring(0, n)),
            IntStream.range(1, TOKEN.length()).mapToObj(TOKEN::substring),
            Stream.of(
                "",
                TOKEN + "x",
                "x" + TOKEN,
                TOKEN + TOKEN,
                TOKEN.toUpperCase(Locale.ROOT),
                TOKEN + ", Bearer x",
                "x".repeat(10_000)))
        .flatMap(s -> s)
        .map(token -> "Bearer " + token);
  }

  @ParameterizedTest
  @MethodSource("wrongTokens")
  @ValueSource(
      strings = {"Basic " + TOKEN, "Token " + TOKEN, TOKEN, "Bearer" + TOKEN, "Bearer", "é"})
  void aWrongTokenIsRefused(String authorization) {
    Response answer = process.client().with("Authorization", authorization).get("/kv/get/a");

    ApiError.check(answer, 401, "UNAUTHORIZED");
    assertThat(answer.header("WWW-Authenticate")).contains("Bearer");
    assertThat(answer.text()).doesNotContain(TOKEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER "})
  void theTokenIsTaken(String scheme) {
    Response answer = process.client().with("Authorization", scheme + TOKEN).get("/kv/exists/a");

    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/health/live"})
  void aLivingProcessIsHealthyToEverybody(String path) {
    Response answer = process.client().get(path);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElse("")).startsWith("application/json");
    assertThat(answer.text()).isEqualTo("{\"status\":\"healthy\"}");
  }

  @Test
  void readinessIsToldToEverybody() {
    Response answer = process.client().get("/health/ready");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .isEqualTo(
            "{\"status\":\"healthy\",\"checks\":"
                + "[{\"name\":\"kv\",\"backend\":\"memory\",\"status\":\"UP\"}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nowhere",
        "/kv",
        "/kv/",
        "/kv/nothing",
        "/kv/nothing/a",
        "/KV/get/a",
        "/sql/query",
        "/storage/object/a",
        "/queue",
        "/health/nothing",
        "/metrics/x",
        "/q/health",
        "/q/metrics",
        "/q",
        "/q/openapi",
        "/q/swagger-ui",
        "/q/dev-ui",
        "/favicon.ico",
        "/index.html"
      })
  void anUnknownRouteIsNotFound(String path) {
    Response answer = http().get(path);

    ApiError.check(answer, 404, "NOT_FOUND");
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE,/kv/get/a",
    "PUT,/kv/get/a",
    "GET,/kv/set/a",
    "PATCH,/kv/set/a",
    "GET,/kv/del/a",
    "POST,/kv/del/a",
    "GET,/kv/increment/a",
    "POST,/kv/exists/a",
    "POST,/kv/ttl/a",
    "PUT,/kv/expire/a",
    "GET,/kv/persist/a",
    "POST,/kv/keys/a",
    "POST,/kv/scan",
    "GET,/kv/set",
    "POST,/kv/get/a",
    "PUT,/kv/get/batch",
    "GET,/kv/set/batch",
    "POST,/health",
    "DELETE,/health/ready",
    "TRACE,/kv/get/a",
    "BREW,/kv/get/a",
    "POST,/metrics",
    "DELETE,/openapi"
  })
  void aMethodThatTheRouteDoesNotTakeIsRefused(String method, String path) {
    Response answer = http().send(method, path);

    ApiError.check(answer, 405, "METHOD_NOT_ALLOWED");
    assertThat(answer.header("Allow").orElse("none given")).doesNotContain(method).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml"})
  void anotherContentTypeIsRefused(String type) {
    Response answer = http().with("Content-Type", type).post("/kv/set", "{\"a\":\"b\"}");

    ApiError.check(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no type", "/", "application/", ";"})
  void aContentTypeThatIsNoneIsRefused(String type) {
    Response answer = http().with("Content-Type", type).post("/kv/set", "{}");

    assertThat(answer.status()).isIn(400, 415);
    ApiError.check(
        answer, answer.status(), answer.status() == 400 ? "BAD_REQUEST" : "UNSUPPORTED_MEDIA_TYPE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json; charset=utf-8", "APPLICATION/JSON"})
  void jsonMayHaveACharset(String type) {
    Response answer = http().with("Content-Type", type).post("/kv/set", "{\"a\":\"ä\"}");

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void anAnswerInNoAcceptedTypeIsRefused() {
    Response answer = http().send("GET", "/kv/keys/a", Map.of("Accept", "image/png"));

    ApiError.check(answer, 406, "NOT_ACCEPTABLE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "",
        "nonsense",
        "{\"a\":\"b\"",
        "{\"a\":\"b\"} x",
        "[]",
        "\u0000",
        "{\"a\":NaN}"
      })
  void badJsonIsSaid(String body) {
    Response answer = http().with("Content-Type", "application/json").post("/kv/set", body);

    ApiError.check(answer, 400, "JSON_ERROR");
  }

  @Test
  void jsonThatIsNoUtf8IsRefused() {
    byte[] body = {'{', '"', 'a', '"', ':', '"', (byte) 0xff, '"', '}'};

    Response answer = http().with("Content-Type", "application/json").post("/kv/set", body);

    ApiError.check(answer, 400, "JSON_ERROR");
  }

  @Test
  void anErrorAboutJsonQuotesNoValueAndNoClass() {
    Response answer =
        http()
            .with("Content-Type", "application/json")
            .post("/kv/set", "{\"a\":{\"hunter2\":\"hunter2\"}}");

    assertThat(answer.text()).doesNotContain("hunter2", "java", "jackson", "Deserial");
  }

  @Test
  void metricsAreThoseOfPrometheus() {
    http().get("/kv/exists/a");

    Response answer = http().get("/metrics");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElse("")).containsAnyOf("text/plain", "openmetrics");
    assertThat(answer.text())
        .contains("# TYPE ", "http_server_requests_seconds_count", "jvm_memory_used_bytes");
  }

  @Test
  void metricsHoldNoKey() {
    http().get("/kv/exists/a-key-of-somebody");

    Response answer = http().get("/metrics");

    assertThat(answer.text()).doesNotContain("a-key-of-somebody");
  }

  @Test
  void theDescriptionHasTheRunningServiceOnly() {
    Response answer = http().with("Accept", "application/json").get("/openapi");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .containsPattern("\"openapi\"\\s*:\\s*\"3\\.1")
        .contains("\"/kv/get/{key}\"", "\"/kv/set/batch\"", "\"/kv/scan\"", "\"/health/ready\"")
        .doesNotContain("\"/storage", "\"/sql", "\"/queue", "\"/secrets", "\"/email");
  }

  @Test
  void theLogHasNoToken() {
    http().get("/kv/get/a");

    String log = process.log();

    assertThat(log).doesNotContain(TOKEN);
  }
}
