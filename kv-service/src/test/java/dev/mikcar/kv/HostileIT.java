package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and JSON that somebody chose to do harm. */
class HostileIT {
  private static SidecarProcess process;

  @BeforeAll
  static void start() {
    process = SidecarProcess.builder().start().awaitReady();
  }

  @AfterAll
  static void stop() {
    process.close();
  }

  private static HttpClient http() {
    return process.client().withTimeout(Duration.ofSeconds(20));
  }

  private static Response json(String path, String body) {
    return http().with("Content-Type", "application/json").post(path, body);
  }

  /** The path as it is sent, and the key as JSON has it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a/b|a/b",
        "a%2Fb|a/b",
        "a%2fb/c|a/b/c",
        "a//b|a//b",
        "/|/",
        "//|//",
        "///a|///a",
        "a/|a/",
        "a//|a//",
        ".|.",
        "..|..",
        "...|...",
        "./|./",
        "../|../",
        "../..|../..",
        "a/./b|a/./b",
        "a/../b|a/../b",
        "../../etc/passwd|../../etc/passwd",
        "%2e|.",
        "%2E%2e|..",
        "a/%2e%2e/b|a/../b",
        ".%2e/b|../b",
        "..%2Fb|../b",
        "%2e%2e%2fb|../b",
        "a\\b|a\\\\b",
        "a%5Cb|a\\\\b",
        "a+b|a+b",
        "a%2Bb|a+b",
        "a%20b|a b",
        "a;b|a;b",
        "a;b=c/d|a;b=c/d",
        ";|;",
        "a%3Bb|a;b",
        "a%3Fb|a?b",
        "a%23b|a#b",
        "a%25b|a%b",
        "a%252Fb|a%2Fb",
        "%25|%",
        "a&b=c|a&b=c",
        "a:b|a:b",
        "a@b|a@b",
        "%F0%9F%98%80|😀",
        "%f0%9f%98%80|😀",
        "e%CC%81|e\u0301",
        "%C3%A9|é",
        "%EF%BB%BFa|\uFEFFa",
        "%E2%80%AE|\u202E",
        "%C2%85|\u0085",
        "a%E2%80%A8b|a\u2028b",
        "a%0Ab|a\\nb",
        "a%0D%0Ab|a\\r\\nb",
        "%0A|\\n",
        "a%09b|a\\tb",
        "%7F|\u007F",
        "{key}|{key}",
        "%7Bkey%7D|{key}",
        "a%22b|a\\\"b",
        "batch/|batch/",
        "batch/a|batch/a",
        "keys|keys",
        "*|*",
        "[a]|[a]",
        "~|~",
        "CON|CON",
        "favicon.ico|favicon.ico",
        "__proto__|__proto__",
        "health|health",
        "a.json|a.json",
        "%EE%80%80|\uE000",
        "%EF%BF%BF|\uFFFF",
        "$|$"
      })
  void aKeyIsKeptAsItWasSent(String path, String key) {
    String value = UUID.randomUUID().toString();

    Response answer = http().put("/kv/set/" + path, value);

    assertThat(WireContract.unescaped(answer))
        .isEqualTo("{\"status\":\"ok\",\"key\":\"" + key + "\"}");
    assertThat(http().get("/kv/get/" + path).text()).isEqualTo(value);
    assertThat(WireContract.unescaped(json("/kv/get/batch", "{\"keys\":[\"" + key + "\"]}")))
        .isEqualTo("{\"" + key + "\":\"" + value + "\"}");
    assertThat(http().get("/kv/exists/" + path).text()).isEqualTo("{\"exists\":true}");
    assertThat(http().delete("/kv/del/" + path).text())
        .isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
  }

  /** Not all of these are promised, but nothing may be taken for something else. */
  @ParameterizedTest
  @ValueSource(
      strings = {"%00", "a%00b", "😀", "é", "a\u0001b", "a#b", "a|b", "a^b", "a<b>\"c", "a\u007fb"})
  void aKeyThatNeedNotBeTakenIsExactOrRefused(String path) {
    String value = UUID.randomUUID().toString();

    Response answer = http().put("/kv/set/" + path, value);

    if (answer.status() == 200) {
      assertThat(http().get("/kv/get/" + path).text()).isEqualTo(value);
      assertThat(WireContract.unescaped(answer))
          .isEqualTo(
              "{\"status\":\"ok\",\"key\":\"%s\"}"
                  .formatted(
                      path.replace("%00", "\\u0000")
                          .replace("\u0001", "\\u0001")
                          .replace("\"", "\\\"")));
    } else {
      ApiError.check(answer, 400, "BAD_REQUEST");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%",
        "a%",
        "%2",
        "%zz",
        "%2x",
        "%%20",
        "%u00e9",
        "% 0",
        "%-1",
        "%+1",
        "%ff",
        "%c3",
        "a%80b",
        "%C0%AF",
        "%C0%80",
        "%ED%A0%80",
        "%F4%90%80%80",
        "%E2%82",
        "%FE%FF"
      })
  void aPathThatEncodesNoTextIsRefused(String path) {
    Response answer = http().put("/kv/set/a" + path, "v");

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"match=%zz", "match=%ff", "match=a%", "cursor=%C0%80"})
  void aQueryThatEncodesNoTextIsRefused(String query) {
    Response answer = http().get("/kv/scan?" + query);

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @Test
  void rawBytesThatAreNoUtf8AreRefused() {
    try (var connection = http().open()) {
      connection.write(
          "GET /kv/get/\u00ff\u00fe HTTP/1.1\r\nHost: localhost\r\n\r\n"
              .getBytes(StandardCharsets.ISO_8859_1));

      Response answer = connection.read();

      ApiError.check(answer, 400, "BAD_REQUEST");
    }
  }

  @ParameterizedTest
  @CsvSource({"1,a", "1024,a", "512,%C3%A9", "256,%F0%9F%98%80", "1024,%25"})
  void theLongestKeyIsTaken(int times, String part) {
    String path = part.repeat(times);
    http().put("/kv/set/" + path, "long");

    Response answer = http().get("/kv/get/" + path);

    assertThat(answer.text()).isEqualTo("long");
  }

  @ParameterizedTest
  @CsvSource({"1025,a", "513,%C3%A9", "257,%F0%9F%98%80", "4000,a"})
  void aLongerKeyIsRefused(int times, String part) {
    Response answer = http().put("/kv/set/" + part.repeat(times), "long");

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,get",
    "PUT,set",
    "POST,set",
    "DELETE,del",
    "POST,increment",
    "GET,exists",
    "GET,ttl",
    "POST,persist"
  })
  void anEmptyKeyIsRefused(String method, String route) {
    Response answer = http().send(method, "/kv/" + route + "/");

    assertThat(answer.status()).as("%s", answer).isIn(400, 404, 405, 415);
    assertThat(answer.text()).contains("\"status\":" + answer.status());
  }

  @Test
  void deepNestingIsRefused() {
    String bomb = "[".repeat(100_000) + "]".repeat(100_000);

    Response answer = json("/kv/get/batch", "{\"keys\":" + bomb + "}");

    ApiError.check(answer, 400, "JSON_ERROR");
  }

  @Test
  void deepNestingOfAnUnknownFieldIsRefused() {
    String bomb = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);

    Response answer = json("/kv/set", bomb);

    ApiError.check(answer, 400, "JSON_ERROR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/kv/set", "/kv/expire/a", "/kv/get/batch"})
  void aNumberOfAMillionDigitsIsRefused(String path) {
    String number = "9".repeat(1_000_000);

    Response answer = json(path, "{\"seconds\":" + number + "}");

    ApiError.check(answer, 400, "JSON_ERROR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999999999", "1E-999999999", "1e2147483648", "-0", "1.0"})
  void aNumberThatIsNoIntegerIsRefusedOrTaken(String number) {
    Response answer = json("/kv/expire/none", "{\"seconds\":" + number + "}");

    if (answer.status() != 200) {
      ApiError.check(answer, 400, "JSON_ERROR");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"1\",\"a\":\"2\"}",
        "{\"a\":\"1\",\"\\u0061\":\"2\"}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":\"b\"} {}",
        "{\"a\":\"b\"}]",
        "{\"a\":\"b\"}\u0000",
        "{\"a\":\"b\"} // comment",
        "/* c */{\"a\":\"b\"}",
        "{a:\"b\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "\uFEFF{",
        "{\"@class\":\"java.lang.Runtime\",\"a\":{}}"
      })
  void jsonThatIsNoneIsRefused(String body) {
    Response answer = json("/kv/set", body);

    ApiError.check(answer, 400, "JSON_ERROR");
  }

  @Test
  void twoHundredThousandKeysAreAnswered() {
    String keys =
        IntStream.range(0, 200_000)
            .mapToObj(i -> "\"n" + i + "\"")
            .collect(Collectors.joining(","));

    Response answer = json("/kv/get/batch", "{\"keys\":[" + keys + "]}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).startsWith("{\"n0\":null,").endsWith(",\"n199999\":null}");
  }

  @Test
  void twoHundredThousandKeysAreSet() {
    String pairs =
        IntStream.range(0, 200_000)
            .mapToObj(i -> "\"many" + i + "\":\"v\"")
            .collect(Collectors.joining(","));
    try (SidecarProcess own =
        SidecarProcess.builder().env("REQUEST_TIMEOUT", "5m").start().awaitReady()) {

      Response answer =
          own.client()
              .withTimeout(Duration.ofMinutes(5))
              .with("Content-Type", "application/json")
              .post("/kv/set/batch?ttl=60", "{" + pairs + "}");

      assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"count\":200000}");
    }
  }

  /** A lone surrogate is no Unicode text and has no UTF-8. */
  @ParameterizedTest
  @ValueSource(
      strings = {"{\"\\ud800\":\"v\"}", "{\"lone\":\"\\ud800\"}", "{\"lone\":\"a\\udc00b\"}"})
  void aLoneSurrogateIsRefused(String body) {
    Response answer = json("/kv/set", body);

    assertThat(answer.status()).as("%s", answer).isEqualTo(400);
    assertThat(http().get("/kv/get/lone").status()).isEqualTo(404);
  }

  @Test
  void aSurrogatePairIsText() {
    Response answer = json("/kv/set", "{\"pair\":\"\\ud83d\\ude00\"}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(http().get("/kv/get/pair").text()).isEqualTo("😀");
  }

  @Test
  void aHeaderInTheContentTypeOfAValueIsNotSplit() {
    Response answer =
        http()
            .with("Content-Type", "text/plain; a=\"\u00e9\u010d\u010a\"")
            .put("/kv/set/split", "v");

    Response got = http().get("/kv/get/split");

    assertThat(answer.status()).isIn(200, 400);
    assertThat(got.status()).isIn(200, 404);
  }
}
