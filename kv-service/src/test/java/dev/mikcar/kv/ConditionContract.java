package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The conditions of set, and increment. */
abstract class ConditionContract extends WireContract {
  @ParameterizedTest
  @ValueSource(strings = {"nx", "nx=", "nx=true", "nx=1"})
  void nxSetsANewKey(String query) {
    String key = fresh();

    Response answer = set(key + "?" + query, "v");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(get(key).text()).isEqualTo("v");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nx", "nx=", "nx=true", "nx=1"})
  void nxLeavesAnOldKey(String query) {
    String key = fresh();
    set(key, "old");

    Response answer = set(key + "?" + query, "new");

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).text()).isEqualTo("old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"xx", "xx=true", "xx=1"})
  void xxSetsAnOldKey(String query) {
    String key = fresh();
    set(key, "old");

    Response answer = set(key + "?" + query, "new");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(get(key).text()).isEqualTo("new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"xx", "xx=true", "xx=1"})
  void xxMakesNoNewKey(String query) {
    String key = fresh();

    Response answer = set(key + "?" + query, "v");

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nx=false", "nx=0", "xx=false&nx=0", "keepttl=false"})
  void aFlagThatIsFalseIsNotThere(String query) {
    String key = fresh();
    set(key, "old");

    Response answer = set(key + "?" + query, "new");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(get(key).text()).isEqualTo("new");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nx&xx", "ttl=1&px=1", "ttl=1&keepttl", "px=1&keepttl", "nx=maybe", "ttl=0", "ttl=-1",
        "px=0", "px=-5", "ttl=x", "ttl=", "ttl=1.5", "px=99999999999999999999", "ttl=316224000001"
      })
  void aQueryThatMakesNoSenseIsRefused(String query) {
    String key = fresh();

    Response answer = set(key + "?" + query, "v");

    ApiError.check(answer, 400, "BAD_REQUEST");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @Test
  void ifMatchWithTheTagSets() {
    String key = fresh();
    set(key, "old");

    Response answer = setIf("If-Match", "\"x\", " + etag(key), key, "new");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(get(key).text()).isEqualTo("new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"x\"", "W/%s"})
  void ifMatchWithAnotherTagLeavesTheKey(String tags) {
    String key = fresh();
    set(key, "old");

    Response answer = setIf("If-Match", tags.formatted(etag(key)), key, "new");

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).text()).isEqualTo("old");
  }

  @Test
  void ifMatchAnyMakesNoNewKey() {
    String key = fresh();

    Response answer = setIf("If-Match", "*", key, "v");

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @Test
  void ifMatchAnySetsAnOldKey() {
    String key = fresh();
    set(key, "old");

    Response answer = setIf("If-Match", "*", key, "new");

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void ifNoneMatchAnySetsANewKey() {
    String key = fresh();

    Response answer = setIf("If-None-Match", "*", key, "v");

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void ifNoneMatchAnyLeavesAnOldKey() {
    String key = fresh();
    set(key, "old");

    Response answer = setIf("If-None-Match", "*", key, "new");

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).text()).isEqualTo("old");
  }

  @Test
  void ifNoneMatchWithTheTagLeavesTheKey() {
    String key = fresh();
    set(key, "old");

    Response answer = setIf("If-None-Match", etag(key), key, "new");

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
  }

  @Test
  void ifNoneMatchWithAnotherTagSets() {
    String key = fresh();
    set(key, "old");

    Response answer = setIf("If-None-Match", "\"x\"", key, "new");

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void aSecondLineOfAHeaderCountsToo() {
    String key = fresh();
    set(key, "old");
    String head =
        "PUT /kv/set/%s HTTP/1.1\r\nHost: localhost\r\nIf-Match: \"x\"\r\nIf-Match: %s\r\n"
                .formatted(key, etag(key))
            + "Content-Length: 3\r\n\r\nnew";
    try (Connection connection = http().open()) {
      connection.write(head.getBytes(StandardCharsets.US_ASCII));

      Response answer = connection.read();

      assertThat(answer.status()).isEqualTo(200);
    }
  }

  @Test
  void aRefusedSetKeepsTheTimeToLive() {
    String key = fresh();
    set(key + "?ttl=100", "old");

    Response answer = set(key + "?nx&ttl=5000", "new");

    assertThat(answer.status()).isEqualTo(412);
    assertThat(ttl(key)).isBetween(90L, 100L);
  }

  @Test
  void incrementCountsAMissingKeyAsZero() {
    String key = fresh();

    Response answer = http().post("/kv/increment/" + key, "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"value\":1}");
    assertThat(get(key).text()).isEqualTo("1");
    assertThat(get(key).header("Content-Type")).contains("text/plain; charset=utf-8");
  }

  @Test
  void incrementAddsAndMayBeNegative() {
    String key = fresh();
    set(key, "40");

    Response answer = http().post("/kv/increment/" + key + "?by=-42", "");

    assertThat(answer.text()).isEqualTo("{\"value\":-2}");
    assertThat(get(key).text()).isEqualTo("-2");
  }

  @Test
  void incrementKeepsTimeToLiveAndType() {
    String key = fresh();
    http().with("Content-Type", "application/json").put("/kv/set/" + key + "?ttl=100", "1");

    Response answer = http().send("POST", "/kv/increment/" + key);

    assertThat(answer.text()).isEqualTo("{\"value\":2}");
    assertThat(ttl(key)).isBetween(90L, 100L);
    assertThat(get(key).header("Content-Type")).contains("application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "1.0",
        " 1",
        "1 ",
        "+1",
        "01",
        "-01",
        "-0",
        "0x1",
        "1e3",
        "1_000",
        "-",
        "9223372036854775808",
        "١"
      })
  void whatIsNoIntegerIsNotIncremented(String value) {
    String key = fresh();
    set(key, value);

    Response answer = http().post("/kv/increment/" + key, "");

    ApiError.check(answer, 409, "NOT_AN_INTEGER");
    assertThat(get(key).text()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9223372036854775807?by=1", "-9223372036854775808?by=-1"})
  void aSumThatDoesNotFitIsRefused(String valueAndBy) {
    String[] parts = valueAndBy.split("\\?", -1);
    String key = fresh();
    set(key, parts[0]);

    Response answer = http().post("/kv/increment/" + key + "?" + parts[1], "");

    ApiError.check(answer, 409, "OUT_OF_RANGE");
    assertThat(get(key).text()).isEqualTo(parts[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"by=", "by=x", "by=1.5", "by=9223372036854775808"})
  void anIncrementByNoIntegerIsRefused(String query) {
    Response answer = http().post("/kv/increment/" + fresh() + "?" + query, "");

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  /** What changes a key besides set and del, and the body it takes. */
  @ParameterizedTest
  @CsvSource({
    "increment,",
    "persist,",
    "expire,{\"seconds\":1000}",
    "expire,{\"seconds\":0}",
    "expire,{\"seconds\":-1}"
  })
  void ifMatchWithAnotherTagLeavesTheKeyToEveryRoute(String route, @Nullable String body) {
    String key = fresh();
    set(key + "?ttl=100", "1");

    Response answer = postIf("\"x\"", route, key, body);

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).text()).isEqualTo("1");
    assertThat(ttl(key)).isBetween(1L, 100L);
  }

  @ParameterizedTest
  @CsvSource({
    "increment,,{\"value\":2}",
    "persist,,{\"status\":\"ok\"}",
    "expire,{\"seconds\":1000},{\"status\":\"ok\"}",
    "expire,{\"seconds\":0},{\"status\":\"ok\"}"
  })
  void ifMatchWithTheTagLetsEveryRouteGoOn(String route, @Nullable String body, String expected) {
    String key = fresh();
    set(key + "?ttl=100", "1");

    Response answer = postIf(etag(key), route, key, body);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"increment,", "persist,", "expire,{\"seconds\":0}"})
  void ifMatchAnyOfNoKeyIsNotMet(String route, @Nullable String body) {
    String key = fresh();

    Response answer = postIf("*", route, key, body);

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).status()).isEqualTo(404);
  }

  private Response postIf(String tags, String route, String key, @Nullable String body) {
    HttpClient client = http().with("If-Match", tags);
    return body == null
        ? client.send("POST", "/kv/" + route + "/" + key)
        : client.with("Content-Type", "application/json").post("/kv/" + route + "/" + key, body);
  }
}
