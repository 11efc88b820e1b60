package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Time to live: set, read, changed, and over. */
abstract class TtlContract extends WireContract {
  @Test
  void aKeyWithoutTimeToLiveSaysMinusOne() {
    String key = fresh();
    set(key, "v");

    Response answer = http().get("/kv/ttl/" + key);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"ttl\":-1}");
  }

  @Test
  void aKeyThatIsNotThereSaysMinusTwo() {
    Response answer = http().get("/kv/ttl/" + fresh());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"ttl\":-2}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ttl=1000", "px=1000000", "px=999001"})
  void theTimeIsRoundedUp(String query) {
    String key = fresh();
    set(key + "?" + query, "v");

    long ttl = ttl(key);

    assertThat(ttl).isBetween(990L, 1000L);
  }

  @Test
  void aTimeOfLessThanASecondIsOne() {
    String key = fresh();
    set(key + "?px=900", "v");

    long ttl = ttl(key);

    assertThat(ttl).isIn(1L, -2L);
  }

  @Test
  void theLongestTimeIsTaken() {
    String key = fresh();

    Response answer = set(key + "?ttl=316224000000", "v");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(ttl(key)).isBetween(316223999000L, 316224000000L);
  }

  @Test
  void aSetWithoutATimeTakesTheEarlierOff() {
    String key = fresh();
    set(key + "?ttl=100", "v");

    set(key, "v");

    assertThat(ttl(key)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"keepttl", "keepttl=true", "keepttl=1"})
  void keepttlKeepsIt(String query) {
    String key = fresh();
    set(key + "?ttl=100", "v");

    set(key + "?" + query, "w");

    assertThat(ttl(key)).isBetween(90L, 100L);
    assertThat(get(key).text()).isEqualTo("w");
  }

  @Test
  void keepttlOfANewKeyIsNone() {
    String key = fresh();

    set(key + "?keepttl", "v");

    assertThat(ttl(key)).isEqualTo(-1);
  }

  @Test
  void theTimeIsNoPartOfTheTag() {
    String key = fresh();
    set(key, "v");
    String before = etag(key);

    set(key + "?ttl=100", "v");

    assertThat(etag(key)).isEqualTo(before);
  }

  @Test
  void expireGivesATime() {
    String key = fresh();
    set(key, "v");

    Response answer = postJson("/kv/expire/" + key, "{\"seconds\":100}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(ttl(key)).isBetween(90L, 100L);
    assertThat(get(key).text()).isEqualTo("v");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "-9223372036854775808", "-9223372036854775809"})
  void expireOfZeroOrLessDeletes(String seconds) {
    String key = fresh();
    set(key, "v");

    Response answer = postJson("/kv/expire/" + key, "{\"seconds\":" + seconds + "}");

    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0"})
  void expireOfNothingSaysSo(String seconds) {
    Response answer = postJson("/kv/expire/" + fresh(), "{\"seconds\":" + seconds + "}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"key_not_found\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|BAD_REQUEST",
        "{\"seconds\":null}|BAD_REQUEST",
        "{\"seconds\":9223372036854775807}|BAD_REQUEST",
        "{\"seconds\":\"1\"}|JSON_ERROR",
        "{\"seconds\":1.5}|JSON_ERROR",
        "{\"seconds\":true}|JSON_ERROR",
        "{\"seconds\":9223372036854775808}|BAD_REQUEST",
        "{\"seconds\":1,\"more\":1}|JSON_ERROR",
        "{\"Seconds\":1}|JSON_ERROR",
        "[1]|JSON_ERROR",
        "1|JSON_ERROR",
        "null|JSON_ERROR",
        "``|JSON_ERROR"
      })
  void expireWithAnotherBodyIsRefused(String body, String code) {
    String key = fresh();
    set(key, "v");

    Response answer = postJson("/kv/expire/" + key, body);

    ApiError.check(answer, 400, code);
    assertThat(ttl(key)).isEqualTo(-1);
  }

  @Test
  void persistTakesTheTimeOff() {
    String key = fresh();
    set(key + "?ttl=100", "v");

    Response answer = http().send("POST", "/kv/persist/" + key);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(ttl(key)).isEqualTo(-1);
  }

  @Test
  void persistOfAKeyWithoutATimeIsOk() {
    String key = fresh();
    set(key, "v");

    Response answer = http().send("POST", "/kv/persist/" + key);

    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\"}");
  }

  @Test
  void persistOfNothingSaysSo() {
    Response answer = http().send("POST", "/kv/persist/" + fresh());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"key_not_found\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET|/kv/exists/%s|{\"exists\":false}",
        "GET|/kv/ttl/%s|{\"ttl\":-2}",
        "DELETE|/kv/del/%s|{\"status\":\"ok\",\"deleted\":0}",
        "POST|/kv/persist/%s|{\"status\":\"key_not_found\"}",
        "POST|/kv/increment/%s|{\"value\":1}",
        "GET|/kv/keys/%s|{\"keys\":[]}",
        "GET|/kv/scan?count=10000&match=%s|{\"keys\":[],\"cursor\":null}",
        "PUT|/kv/set/%s?nx|{\"status\":\"ok\",\"key\":\"%s\"}"
      })
  void anExpiredKeyIsGone(String method, String path, String expected) {
    String key = expired();

    Response answer = http().send(method, path.replace("%s", key));

    assertThat(answer.text()).isEqualTo(expected.replace("%s", key));
  }

  @Test
  void anExpiredKeyIsGoneForConditions() {
    String key = expired();

    Response answer = set(key + "?xx", "v");

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
  }

  @Test
  void anExpiredKeyIsGoneForExpire() {
    String key = expired();

    Response answer = postJson("/kv/expire/" + key, "{\"seconds\":10}");

    assertThat(answer.text()).isEqualTo("{\"status\":\"key_not_found\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"get|{\"%s\":null}", "del|{\"status\":\"ok\",\"deleted\":0}"})
  void anExpiredKeyIsGoneForBatches(String route, String expected) {
    String key = expired();

    Response answer = postJson("/kv/" + route + "/batch", "{\"keys\":[\"" + key + "\"]}");

    assertThat(answer.text()).isEqualTo(expected.replace("%s", key));
  }

  @Test
  void aNewValueOfAnExpiredKeyHasNoTime() {
    String key = expired();

    set(key + "?keepttl", "v");

    assertThat(ttl(key)).isEqualTo(-1);
  }
}
