package dev.mikcar.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.test.ApiError;
import dev.mikcar.test.Response;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Topics: every group sees everything, the consumers of one share it. */
abstract class TopicContract extends WireContract {
  private JsonNode publish(String topic, String body) {
    return json(http().post("/queue/publish/" + topic, body));
  }

  private JsonNode subscribe(String topicAndQuery) {
    return get(
        "subscribe/" + topicAndQuery + (topicAndQuery.contains("?") ? "&" : "?") + "timeout=0");
  }

  @Test
  void aPublishBeforeAnyGroupSaysSo() {
    String topic = fresh();

    Response answer = http().post("/queue/publish/" + topic, "1");

    assertThat(answer.text())
        .matches(
            "\\{\"status\":\"published\",\"topic\":\"%s\",\"message_id\":\"[^\"]+\",\"routed\":false}"
                .formatted(topic));
    assertThat(subscribe(topic).get("count").asInt()).isZero();
    assertThat(publish(topic, "2").get("routed").asBoolean()).isTrue();
    assertThat(subscribe(topic).get("messages").findValuesAsText("payload")).containsExactly("2");
  }

  @Test
  void everyGroupSeesEveryMessage() {
    String topic = fresh();
    assertThat(http().send("PUT", "/queue/group/" + topic + "?group=one").status()).isEqualTo(201);
    assertThat(http().send("PUT", "/queue/group/" + topic + "?group=one").text())
        .isEqualTo("{\"status\":\"exists\",\"topic\":\"%s\",\"group\":\"one\"}".formatted(topic));
    subscribe(topic);
    publish(topic, "1");

    JsonNode one = subscribe(topic + "?group=one");
    JsonNode usual = subscribe(topic);

    assertThat(one.get("topic").asText()).isEqualTo(topic);
    assertThat(one.get("messages").findValuesAsText("payload")).containsExactly("1");
    assertThat(usual.get("messages").findValuesAsText("payload")).containsExactly("1");
    assertThat(subscribe(topic).get("count").asInt()).isZero();
    assertThat(ack(topic, one.get("messages").get(0)).status()).isEqualTo(200);
    assertThat(ack(topic, usual.get("messages").get(0)).status()).isEqualTo(200);
    awaitLength(topic + "?group=one", 0, 0, 0);
  }

  @Test
  void whatASubscriberDoesNotAcknowledgeComesBack() {
    String topic = fresh();
    subscribe(topic);
    publish(topic, "1");
    subscribe(topic + "?lease=1");

    JsonNode again = get("subscribe/" + topic + "?timeout=20");

    assertThat(again.get("messages").get(0).get("attempts").asInt()).isEqualTo(2);
  }

  @Test
  void aWaitingSubscriberIsAnsweredByAPublish() {
    String topic = fresh();
    subscribe(topic);
    CompletableFuture<JsonNode> waiting =
        CompletableFuture.supplyAsync(() -> get("subscribe/" + topic + "?timeout=30"));

    publish(topic, "1");

    assertThat(waiting.join().get("count").asInt()).isEqualTo(1);
  }

  @Test
  void aGroupEndsWithWhatItHasNotSeen() {
    String topic = fresh();
    subscribe(topic);
    publish(topic, "1");

    Response deleted = http().send("DELETE", "/queue/group/" + topic);

    assertThat(deleted.text())
        .isEqualTo(
            "{\"status\":\"deleted\",\"topic\":\"%s\",\"group\":\"default\"}".formatted(topic));
    ApiError.check(http().send("DELETE", "/queue/group/" + topic), 404, "NOT_FOUND");
    assertThat(publish(topic, "2").get("routed").asBoolean()).isFalse();
  }

  @Test
  void aStreamSendsWhatComesAndNoMoreThanItsConsumerMayHave() throws Exception {
    String topic = fresh();
    try (EventStream events =
        EventStream.open(port(), "/queue/stream/" + topic + "?max_messages=2")) {
      events.awaitSubscribed();
      for (int i = 0; i < 3; i++) {
        assertThat(publish(topic, "{\"n\":\n" + i + "}").get("routed").asBoolean()).isTrue();
      }

      EventStream.Event first = events.next();
      EventStream.Event second = events.next();

      assertThat(first.data().get("payload").get("n").asInt()).isZero();
      assertThat(second.data().get("payload").get("n").asInt()).isEqualTo(1);
      assertThat(first.id()).isEqualTo(first.data().get("id").asText());
      awaitLength(topic + "?group=default", 1, 2, 0);
      assertThat(ack(topic, first.data()).status()).isEqualTo(200);
      assertThat(events.next().data().get("payload").get("n").asInt()).isEqualTo(2);
    }
  }

  /** The TCP port of the process under test. */
  abstract int port();
}
