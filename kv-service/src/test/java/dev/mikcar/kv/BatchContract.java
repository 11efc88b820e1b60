package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Response;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several keys in one request. */
abstract class BatchContract extends WireContract {
  @Test
  void getGivesNullForWhatIsNotThere() {
    String there = fresh();
    String missing = fresh();
    set(there, "ä\"\\\n");

    Response answer = postJson("/kv/get/batch", keys(there, missing));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElse("")).startsWith("application/json");
    assertThat(answer.text())
        .isEqualTo("{\"%s\":\"ä\\\"\\\\\\n\",\"%s\":null}".formatted(there, missing));
  }

  @ParameterizedTest
  @CsvSource({"get,{}", "del,'{\"status\":\"ok\",\"deleted\":0}'"})
  void noKeysAreFine(String route, String expected) {
    Response answer = postJson("/kv/" + route + "/batch", "{\"keys\":[]}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/kv/set/batch", "/kv/set", "/set/batch", "/set"})
  void setSetsAllAsText(String path) {
    String one = fresh();
    String two = fresh();

    Response answer = postJson(path, "{\"%s\":\"1\",\"%s\":\"ä\"}".formatted(one, two));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"count\":2}");
    assertThat(get(one).text()).isEqualTo("1");
    assertThat(get(two).text()).isEqualTo("ä");
    assertThat(get(two).header("Content-Type")).contains("text/plain; charset=utf-8");
  }

  @Test
  void aValueSetByBatchHasTheTagOfTheSameValueSetAlone() {
    String alone = fresh();
    String batch = fresh();
    set(alone, "same");

    postJson("/kv/set/batch", "{\"" + batch + "\":\"same\"}");

    assertThat(etag(batch)).isEqualTo(etag(alone));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/kv/set/batch?ttl=100", "/kv/set?ttl=100"})
  void setTakesATime(String path) {
    String key = fresh();

    postJson(path, "{\"" + key + "\":\"v\"}");

    assertThat(ttl(key)).isBetween(90L, 100L);
  }

  @Test
  void setTakesATimeFromTheHeader() {
    String key = fresh();

    http()
        .with("X-Cache-TTL", "100")
        .with("Content-Type", "application/json")
        .post("/kv/set", "{\"" + key + "\":\"v\"}");

    assertThat(ttl(key)).isBetween(90L, 100L);
  }

  @Test
  void theTimeOfTheQueryWins() {
    String key = fresh();

    http()
        .with("X-Cache-TTL", "100")
        .with("Content-Type", "application/json")
        .post("/kv/set/batch?ttl=5000", "{\"" + key + "\":\"v\"}");

    assertThat(ttl(key)).isBetween(4900L, 5000L);
  }

  @Test
  void setWithoutATimeTakesTheEarlierOff() {
    String key = fresh();
    set(key + "?ttl=100", "v");

    postJson("/kv/set/batch", "{\"" + key + "\":\"v\"}");

    assertThat(ttl(key)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ttl=0", "ttl=-1", "ttl=x", "encoding=hex", "encoding="})
  void aQueryThatMakesNoSenseIsRefused(String query) {
    String key = fresh();

    Response answer = postJson("/kv/set/batch?" + query, "{\"" + key + "\":\"v\"}");

    ApiError.check(answer, 400, "BAD_REQUEST");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @Test
  void setTakesBase64() {
    String key = fresh();

    postJson("/kv/set/batch?encoding=base64", "{\"" + key + "\":\"AP+A\"}");

    assertThat(get(key).body()).isEqualTo(new byte[] {0, -1, -128});
    assertThat(get(key).header("Content-Type")).contains("application/octet-stream");
  }

  @Test
  void getGivesBase64() {
    String key = fresh();
    byte[] bytes = {0, -1, -128, 10};
    http().put("/kv/set/" + key, bytes);

    Response answer = postJson("/kv/get/batch?encoding=base64", keys(key));

    assertThat(answer.text())
        .isEqualTo("{\"%s\":\"%s\"}".formatted(key, Base64.getEncoder().encodeToString(bytes)));
  }

  @Test
  void whatIsNoTextIsNotGivenAsText() {
    String key = fresh();
    http().put("/kv/set/" + key, new byte[] {-1});

    Response answer = postJson("/kv/get/batch", keys(key));

    ApiError.check(answer, 409, "NOT_TEXT");
    assertThat(ApiError.sentence(answer)).contains(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"%s\":\"1\",\"\":\"2\"}", "{\"%s\":\"1\",\"other\":null}"})
  void aBatchWithOneThatCannotBeUsedSetsNothing(String body) {
    String key = fresh();

    Response answer = postJson("/kv/set/batch", body.formatted(key));

    ApiError.check(answer, 400, "BAD_REQUEST");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @Test
  void aKeyThatIsTooLongSetsNothing() {
    String key = fresh();

    Response answer =
        postJson("/kv/set/batch", "{\"%s\":\"1\",\"%s\":\"2\"}".formatted(key, "x".repeat(1025)));

    ApiError.check(answer, 400, "BAD_REQUEST");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @Test
  void aValueThatIsNoBase64SetsNothing() {
    String key = fresh();

    Response answer =
        postJson("/kv/set/batch?encoding=base64", "{\"%s\":\"AA==\",\"b\":\"***\"}".formatted(key));

    ApiError.check(answer, 400, "BAD_REQUEST");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"%s\":1}",
        "{\"%s\":true}",
        "{\"%s\":[\"v\"]}",
        "{\"%s\":{}}",
        "{\"%s\":1.5}",
        "[\"%s\"]",
        "\"%s\"",
        "null",
        "",
        "{\"%s\":\"a\",\"%<s\":\"b\"}",
        "{\"%s\":\"a\"} x",
        "{\"%s\":\"a\"}{}",
        "{'%s':'a'}",
        "{\"%s\":\"a\",}",
        "{\"%s\":\"a\"",
        "{\"%s\":\"\u0001\"}"
      })
  void aBodyOfAnotherShapeSetsNothing(String body) {
    String key = fresh();

    Response answer = postJson("/kv/set/batch", body.formatted(key));

    ApiError.check(answer, 400, "JSON_ERROR");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|BAD_REQUEST",
        "{\"keys\":null}|BAD_REQUEST",
        "{\"keys\":[null]}|BAD_REQUEST",
        "{\"keys\":[\"\"]}|BAD_REQUEST",
        "{\"keys\":\"a\"}|JSON_ERROR",
        "{\"keys\":[1]}|JSON_ERROR",
        "{\"keys\":[],\"x\":1}|JSON_ERROR",
        "{\"keys\":[],\"keys\":[]}|JSON_ERROR",
        "[]|JSON_ERROR",
        "null|JSON_ERROR"
      })
  void keysOfAnotherShapeAreRefused(String body, String code) {
    Response answer = postJson("/kv/get/batch", body);

    ApiError.check(answer, 400, code);
  }

  @Test
  void deleteCountsThoseThatWereThere() {
    String one = fresh();
    String two = fresh();
    set(one, "v");
    set(two, "v");

    Response answer = postJson("/kv/del/batch", keys(one, fresh(), two));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":2}");
    assertThat(get(two).status()).isEqualTo(404);
  }

  @Test
  void aKeyGivenTwiceIsDeletedOnce() {
    String key = fresh();
    set(key, "v");

    Response answer = postJson("/kv/del/batch", keys(key, key));

    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
  }

  @Test
  void aKeyNamedBatchIsAKeyToPutGetAndDelete() {
    Response put = http().put("/kv/set/batch", "v");
    Response got = http().get("/kv/get/batch");

    Response deleted = http().delete("/kv/del/batch");

    assertThat(put.text()).isEqualTo("{\"status\":\"ok\",\"key\":\"batch\"}");
    assertThat(got.text()).isEqualTo("v");
    assertThat(deleted.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"set", "get", "del"})
  void aBatchThatIsNoJsonIsRefused(String route) {
    Response answer =
        http()
            .send(
                "POST",
                "/kv/" + route + "/batch",
                Map.of("Content-Type", "text/plain"),
                new byte[] {'{', '}'});

    ApiError.check(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
  }

  private static String keys(String... keys) {
    return "{\"keys\":[\"" + String.join("\",\"", keys) + "\"]}";
  }
}
