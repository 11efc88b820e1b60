package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading, writing and deleting one key, with every condition. */
abstract class OneKeyContract extends WireContract {
  private static final String TEXT = "text/plain; charset=utf-8";

  @Test
  void everyByteValueComesBack() {
    String key = fresh();
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    http().put("/kv/set/" + key, all);

    Response answer = get(key);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(all);
    assertThat(answer.header("Content-Length")).contains("256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "POST"})
  void setAnswersWithTheKeyAndTheTagOfTheValue(String method) {
    String key = fresh();

    Response answer = http().send(method, "/kv/set/" + key, Map.of(), new byte[] {1});

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElse("")).startsWith("application/json");
    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"key\":\"" + key + "\"}");
    assertThat(answer.header("ETag")).contains(etag(key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "POST"})
  void anEmptyValueIsAValue(String method) {
    String key = fresh();
    http().send(method, "/kv/set/" + key, Map.of(), new byte[0]);

    Response answer = get(key);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void aSetWithoutAnyBodySetsTheEmptyValue() {
    String key = fresh();
    http().send("PUT", "/kv/set/" + key);

    Response answer = get(key);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void aValueWithoutContentTypeIsText() {
    String key = fresh();
    set(key, "v");

    Response answer = get(key);

    assertThat(answer.header("Content-Type")).contains(TEXT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/octet-stream",
        "image/png",
        "text/html;charset=ISO-8859-1",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/vnd.example+json; v=\"1; 2\"",
        "Text/Plain"
      })
  void theContentTypeComesBackAsItWasSent(String type) {
    String key = fresh();
    http().with("Content-Type", type).put("/kv/set/" + key, "a=b&c=%20");

    Response answer = get(key);

    assertThat(answer.header("Content-Type")).contains(type);
    assertThat(answer.text()).isEqualTo("a=b&c=%20");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "*/*", "text/*", "/", "text/", "/plain"})
  void aContentTypeThatIsNoMediaTypeIsRefused(String type) {
    Response answer = http().with("Content-Type", type).put("/kv/set/" + fresh(), "v");

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @Test
  void aContentTypeOf255BytesIsKept() {
    String key = fresh();
    String type = "text/plain; a=" + "x".repeat(241);
    http().with("Content-Type", type).put("/kv/set/" + key, "v");

    Response answer = get(key);

    assertThat(type).hasSize(255);
    assertThat(answer.header("Content-Type")).contains(type);
  }

  @Test
  void aContentTypeOf256BytesIsRefused() {
    String type = "text/plain; a=" + "x".repeat(242);

    Response answer = http().with("Content-Type", type).put("/kv/set/" + fresh(), "v");

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @Test
  void aKeyThatIsNotThereIsNotFound() {
    Response answer = get(fresh());

    ApiError.check(answer, 404, "NOT_FOUND");
  }

  @Test
  void theTagIsStrongAndTheSameForTheSameValue() {
    String one = fresh();
    String other = fresh();
    set(one, "v");
    set(other, "v");

    String tag = etag(one);

    assertThat(tag).matches("\"[!#-~]+\"").isEqualTo(etag(other));
  }

  @Test
  void theTagDependsOnBytesAndType() {
    String key = fresh();
    set(key, "v");
    String first = etag(key);
    set(key, "w");
    String second = etag(key);
    http().with("Content-Type", "text/html").put("/kv/set/" + key, "v");

    String third = etag(key);

    assertThat(third).isNotEqualTo(first).isNotEqualTo(second);
    assertThat(second).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "W/%s", "\"x\", %s", "\"a,b\" ,W/\"c\",%s", "*"})
  void getIsNotModifiedWhenIfNoneMatchNamesTheTag(String tags) {
    String key = fresh();
    set(key, "v");
    String tag = etag(key);

    Response answer =
        http().send("GET", "/kv/get/" + key, Map.of("If-None-Match", tags.formatted(tag)));

    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.header("ETag")).contains(tag);
    assertThat(answer.header("X-Trace-ID")).isPresent();
  }

  @Test
  void getGivesTheValueWhenIfNoneMatchNamesAnotherTag() {
    String key = fresh();
    set(key, "v");

    Response answer = http().send("GET", "/kv/get/" + key, Map.of("If-None-Match", "\"x\""));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("v");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "\"x\", %s", "*"})
  void getGivesTheValueWhenIfMatchNamesTheTag(String tags) {
    String key = fresh();
    set(key, "v");

    Response answer =
        http().send("GET", "/kv/get/" + key, Map.of("If-Match", tags.formatted(etag(key))));

    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"x\"", "W/%s", "W/\"x\", \"y\""})
  void getIsRefusedWhenIfMatchDoesNotNameTheTag(String tags) {
    String key = fresh();
    set(key, "v");

    Response answer =
        http().send("GET", "/kv/get/" + key, Map.of("If-Match", tags.formatted(etag(key))));

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-Match", "If-None-Match"})
  void aTagWithoutQuotesIsRefused(String header) {
    Response answer = setIf(header, "abc", fresh(), "v");

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @Test
  void headAnswersAsGetWithoutTheBody() {
    String key = fresh();
    set(key, "value");

    Response answer = http().head("/kv/get/" + key);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("ETag")).contains(etag(key));
    assertThat(answer.header("Content-Type")).contains(TEXT);
    assertThat(answer.header("Content-Length")).contains("5");
  }

  @Test
  void headOfAKeyThatIsNotThereIsNotFound() {
    Response answer = http().head("/kv/get/" + fresh());

    assertThat(answer.status()).isEqualTo(404);
  }

  @Test
  void deleteSaysThatThereWasAKey() {
    String key = fresh();
    set(key, "v");

    Response answer = http().delete("/kv/del/" + key);

    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
    assertThat(get(key).status()).isEqualTo(404);
  }

  @Test
  void deleteSaysThatThereWasNone() {
    Response answer = http().delete("/kv/del/" + fresh());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":0}");
  }

  @Test
  void deleteWithAnotherTagIsRefusedAndDeletesNothing() {
    String key = fresh();
    set(key, "v");

    Response answer = http().send("DELETE", "/kv/del/" + key, Map.of("If-Match", "\"x\""));

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
    assertThat(get(key).text()).isEqualTo("v");
  }

  @Test
  void deleteWithTheTagDeletes() {
    String key = fresh();
    set(key, "v");

    Response answer = http().send("DELETE", "/kv/del/" + key, Map.of("If-Match", etag(key)));

    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
  }

  @Test
  void deleteIsRefusedWhenIfNoneMatchNamesTheTag() {
    String key = fresh();
    set(key, "v");

    Response answer = http().send("DELETE", "/kv/del/" + key, Map.of("If-None-Match", etag(key)));

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
  }

  @Test
  void deleteOfNothingWithIfMatchIsRefused() {
    Response answer = http().send("DELETE", "/kv/del/" + fresh(), Map.of("If-Match", "*"));

    ApiError.check(answer, 412, "PRECONDITION_FAILED");
  }

  @Test
  void existsSaysYes() {
    String key = fresh();
    set(key, "");

    Response answer = http().get("/kv/exists/" + key);

    assertThat(answer.text()).isEqualTo("{\"exists\":true}");
  }

  @Test
  void existsSaysNo() {
    Response answer = http().get("/kv/exists/" + fresh());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"exists\":false}");
  }

  @Test
  void theKeyMayHaveSlashes() {
    String key = fresh() + "/a//b/../c/";
    set(key, "v");

    Response answer = get(key);

    assertThat(answer.text()).isEqualTo("v");
  }

  @Test
  void thePrefixMayBeLeftOut() {
    String key = fresh();
    http().put("/set/" + key, "v");

    Response answer = http().get("/get/" + key);

    assertThat(answer.text()).isEqualTo("v");
    assertThat(get(key).text()).isEqualTo("v");
  }
}
