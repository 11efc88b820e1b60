package dev.mikcar.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.test.ApiError;
import dev.mikcar.test.Response;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in comes out as it was. */
abstract class SendContract extends WireContract {
  @Test
  void aPushSaysWhatItStored() {
    String queue = fresh();

    Response answer = http().post("/queue/push/" + queue, "{\"a\":1}");

    JsonNode json = json(answer);
    assertThat(answer.text())
        .isEqualTo(
            "{\"status\":\"pushed\",\"queue\":\"%s\",\"message_id\":\"%s\"}"
                .formatted(queue, json.get("message_id").asText()));
    assertThat(popNow(queue).get("message_id")).isEqualTo(json.get("message_id"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"b\":1,\"a\":[1.0,1e400,123456789012345678901234567890]}",
        "0.10",
        "\"text\"",
        "null",
        "true",
        " [ 1 ,\n2 ] "
      })
  void jsonComesBackToTheCharacter(String body) {
    String queue = fresh();
    push(queue, body);

    Response answer = http().get("/queue/pop/" + queue + "?timeout=0");

    assertThat(answer.text()).contains("\"payload\":" + body + ",\"received_at\":\"20");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "", "ü 😀", "{\"a\":", "01", "{} {}", "\uFEFF{}", "1\u0000"})
  void whatIsNoJsonIsText(String body) {
    String queue = fresh();
    push(queue, body);

    JsonNode payload = popNow(queue).get("payload");

    assertThat(payload.size()).isEqualTo(1);
    assertThat(payload.get("data").asText()).isEqualTo(body);
  }

  @Test
  void bytesThatAreNoTextAreBase64() {
    String queue = fresh();
    byte[] bytes = {(byte) 0xff, 0, 1, (byte) 0xfe};
    http().post("/queue/push/" + queue, bytes);

    JsonNode payload = popNow(queue).get("payload");

    assertThat(payload.get("base64").asText()).isEqualTo(Base64.getEncoder().encodeToString(bytes));
  }

  @Test
  void aBodyOfTenMebibytesIsAMessage() {
    String queue = fresh();
    byte[] bytes = new byte[10 << 20];
    Arrays.fill(bytes, (byte) 'x');
    assertThat(http().post("/queue/push/" + queue, bytes).status()).isEqualTo(200);

    String text = popNow(queue).get("payload").get("data").asText();

    assertThat(text).hasSize(10 << 20);
    ApiError.check(
        http().post("/queue/push/" + queue, new byte[(10 << 20) + 1]), 413, "PAYLOAD_TOO_LARGE");
  }

  @Test
  void headersTravelWithTheMessage() {
    String queue = fresh();
    var _ =
        pushWith(
            queue,
            Map.of("X-Message-Trace", "a, b", "x-message-other", "ü", "X-Unrelated", "no"),
            "1");

    JsonNode headers = popNow(queue).get("headers");

    assertThat(headers.size()).isEqualTo(2);
    assertThat(headers.get("X-Message-Trace").asText()).isEqualTo("a, b");
    assertThat(headers.get("x-message-other").asText()).isEqualTo("ü");
  }

  @Test
  void whatOnlyAQueueSaysIsRefused() {
    ApiError.check(
        pushWith(fresh(), Map.of("x-message-death-reason", "x"), "1"), 400, "BAD_REQUEST");
  }

  @Test
  void aDelayedMessageComesLater() {
    String queue = fresh();
    push(queue + "?delay=1", "1");

    awaitLength(queue, 0, 0, 1);
    assertThat(get("pop/" + queue + "?timeout=20").get("message").get("payload").asInt())
        .isEqualTo(1);
  }

  @Test
  void theSameKeyStoresOnce() {
    String queue = fresh();
    Map<String, String> key = Map.of("Idempotency-Key", "k");

    String first = pushWith(queue, key, "1").text();
    String second = pushWith(queue, key, "2").text();

    assertThat(second).isEqualTo(first);
    awaitLength(queue, 1, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delay=-1", "delay=x", "delay=1.5", "delay=2592001", "delay="})
  void aDelayThatIsNoneIsRefused(String query) {
    Response answer = http().post("/queue/push/" + fresh() + "?" + query, "1");

    ApiError.check(answer, 400, "BAD_REQUEST");
    assertThat(answer.text()).contains("delay");
  }

  @Test
  void aBatchIsStoredInItsOrder() {
    String queue = fresh();

    JsonNode answer =
        json(
            http()
                .post(
                    "/queue/push/batch/" + queue,
                    "{\"messages\":[ {\"a\": 1.0} , \"two\",3e2, [] ,null]}"));

    assertThat(answer.get("status").asText()).isEqualTo("pushed");
    assertThat(answer.get("queue").asText()).isEqualTo(queue);
    assertThat(answer.get("message_ids").size()).isEqualTo(5);
    String all = http().get("/queue/pop/batch/" + queue + "?timeout=0").text();
    assertThat(all)
        .containsSubsequence(
            "\"payload\":{\"a\": 1.0},",
            "\"payload\":\"two\",",
            "\"payload\":3e2,",
            "\"payload\":[],",
            "\"payload\":null,",
            "\"count\":5");
  }

  @Test
  void anEmptyBatchStoresNothing() {
    String queue = fresh();

    JsonNode answer = json(http().post("/queue/push/batch/" + queue, "{\"messages\":[]}"));

    assertThat(answer.get("message_ids").size()).isZero();
    awaitLength(queue, 0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"messages\":1}",
        "{\"messages\":[1],\"other\":2}",
        "{\"messages\":[1]} 2",
        "{\"messages\":[1",
        "{\"messages\":[{\"a\":1,\"a\":2}]}"
      })
  void aBatchThatIsNoneIsRefusedAndStoresNothing(String body) {
    String queue = fresh();

    Response answer = http().post("/queue/push/batch/" + queue, body);

    assertThat(answer.status()).as("%s", answer).isEqualTo(400);
    awaitLength(queue, 0, 0, 0);
  }

  @Test
  void aQueueIsNoLongerThanItMayBe() {
    String queue = "short";
    for (int i = 0; i < 3; i++) {
      push(queue, "1");
    }

    Response answer = http().post("/queue/push/" + queue, "1");

    ApiError.check(answer, 429, "RATE_LIMITED");
    assertThat(answer.header("Retry-After")).isPresent();
    assertThat(post("purge/" + queue).get("count").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a%2Fb",
        "a/b",
        "a//b",
        "*",
        "%23",
        "%F0%9F%98%80",
        "e%CC%81",
        "%20",
        "amq.x",
        "..%2Fx",
        "batch",
        "x.dead"
      })
  void anyNameIsAName(String name) {
    push(name, "\"in " + name + "\"");

    assertThat(popNow(name).get("payload").asText()).isEqualTo("in " + name);
    awaitLength(name, 0, 0, 0);
  }

  @Test
  void aNameHas256BytesAtMost() {
    push("n".repeat(256), "1");

    assertThat(popNow("n".repeat(256)).get("payload").asInt()).isEqualTo(1);
    ApiError.check(http().post("/queue/push/" + "n".repeat(257), "1"), 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a%00b", "%0A", "%FF", ".dead", "a.dead.dead"})
  void aNameThatIsNoneIsRefused(String name) {
    ApiError.check(http().post("/queue/push/" + name, "1"), 400, "BAD_REQUEST");
  }
}
