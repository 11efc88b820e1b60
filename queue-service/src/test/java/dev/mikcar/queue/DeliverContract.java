package dev.mikcar.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.test.ApiError;
import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Delivery, leases, and what becomes of what nobody acknowledged. */
abstract class DeliverContract extends WireContract {
  @Test
  void anEmptyQueueAnswersWithNull() {
    String queue = fresh();

    Response answer = http().get("/queue/pop/" + queue + "?timeout=0");

    assertThat(answer.text()).isEqualTo("{\"message\":null,\"queue\":\"%s\"}".formatted(queue));
  }

  @Test
  void aMessageWithoutALeaseIsAcknowledgedByItsAnswer() {
    String queue = fresh();
    push(queue, "1");

    JsonNode message = popNow(queue);

    assertThat(message.get("attempts").asInt()).isEqualTo(1);
    assertThat(message.get("id")).isEqualTo(message.get("message_id"));
    awaitLength(queue, 0, 0, 0);
    ApiError.check(ack(queue, message), 404, "NOT_FOUND");
  }

  @Test
  void aConnectionThatAsksAgainHasItsMessagesAcknowledged() {
    String queue = fresh();
    push(queue, "1");
    push(queue, "2");

    try (Connection connection = http().open()) {
      for (int i = 1; i <= 2; i++) {
        JsonNode answer =
            json(connection.send("GET", "/queue/pop/" + queue + "?timeout=0", Map.of()));
        assertThat(answer.get("message").get("payload").asInt()).isEqualTo(i);
      }
      awaitLength(queue, 0, 0, 0);
    }
  }

  @Test
  void aMessageUnderALeaseIsGoneWhenItIsAcknowledged() {
    String queue = fresh();
    push(queue, "1");
    JsonNode message = lease(queue, 60);
    awaitLength(queue, 0, 1, 0);

    Response answer = ack(queue, message);

    assertThat(answer.text())
        .isEqualTo(
            "{\"status\":\"acknowledged\",\"topic\":\"%s\",\"message_id\":\"%s\"}"
                .formatted(queue, message.get("id").asText()));
    awaitLength(queue, 0, 0, 0);
    ApiError.check(ack(queue, message), 404, "NOT_FOUND");
  }

  @Test
  void aLeaseThatIsOverMeansNothingThoughTheMessageIsLeasedAgain() {
    String queue = fresh();
    push(queue, "1");
    JsonNode first = lease(queue, 1);

    JsonNode second = get("pop/" + queue + "?timeout=20&lease=60").get("message");

    assertThat(second.get("attempts").asInt()).isEqualTo(2);
    assertThat(second.get("message_id")).isEqualTo(first.get("message_id"));
    for (String operation : List.of("ack", "nack", "extend")) {
      ApiError.check(
          http().send("POST", "/queue/" + operation + "/" + queue + "/" + first.get("id").asText()),
          404,
          "NOT_FOUND");
    }
    assertThat(ack(queue, second).status()).isEqualTo(200);
  }

  @Test
  void anExtendedLeaseGoesOn() {
    String queue = fresh();
    push(queue, "1");
    JsonNode message = lease(queue, 2);

    JsonNode answer = post("extend/" + queue + "/" + message.get("id").asText() + "?lease=60");

    assertThat(answer.get("status").asText()).isEqualTo("extended");
    assertThat(get("pop/" + queue + "?timeout=4").get("message").isNull()).isTrue();
    assertThat(ack(queue, message).status()).isEqualTo(200);
  }

  @Test
  void aMessageThatIsGivenBackComesAgainAtOnceOrLater() {
    String queue = fresh();
    push(queue, "1");

    assertThat(nack(queue, lease(queue, 60)).get("status").asText()).isEqualTo("returned");

    JsonNode again = lease(queue, 60);
    assertThat(again.get("attempts").asInt()).isEqualTo(2);
    post("nack/" + queue + "/" + again.get("id").asText() + "?delay=1");
    assertThat(popNow(queue).isNull()).isTrue();
    assertThat(get("pop/" + queue + "?timeout=20").get("message").get("attempts").asInt())
        .isEqualTo(3);
  }

  @Test
  void afterFiveAttemptsAMessageIsDeadAndCanBeRedriven() {
    String queue = fresh();
    push(queue, "{\"n\":1}");
    push(queue, "{\"n\":2}");
    for (int i = 0; i < 10; i++) {
      nack(queue, lease(queue, 60));
    }
    awaitLength(queue, 0, 0, 0);
    awaitLength(queue + ".dead", 2, 0, 0);

    JsonNode seen = get("peek/" + queue + ".dead?max=1");

    assertThat(seen.get("count").asInt()).isEqualTo(1);
    JsonNode dead = seen.get("messages").get(0);
    assertThat(dead.get("headers").get("X-Message-Death-Reason").asText())
        .isEqualTo("max_attempts");
    assertThat(post("redrive/" + queue + "?max=1").get("count").asInt()).isEqualTo(1);
    assertThat(post("redrive/" + queue).get("count").asInt()).isEqualTo(1);
    JsonNode back = popNow(queue);
    assertThat(back.get("payload").get("n").asInt()).isEqualTo(1);
    assertThat(back.get("attempts").asInt()).isEqualTo(1);
    assertThat(back.get("headers").size()).isZero();
    ApiError.check(http().send("POST", "/queue/redrive/" + queue + ".dead"), 400, "BAD_REQUEST");
  }

  @Test
  void aBatchIsWhatIsThere() {
    String queue = fresh();
    for (int i = 0; i < 5; i++) {
      push(queue, "" + i);
    }

    JsonNode first = get("pop/batch/" + queue + "?max=3&timeout=0&lease=60");
    JsonNode second = get("pop/batch/" + queue + "?max=3&timeout=0");
    JsonNode third = get("pop/batch/" + queue + "?timeout=0");

    assertThat(first.get("count").asInt()).isEqualTo(3);
    assertThat(first.get("queue").asText()).isEqualTo(queue);
    assertThat(second.get("messages").findValuesAsText("payload")).containsExactly("3", "4");
    assertThat(third.toString()).contains("\"messages\":[]", "\"count\":0");
    awaitLength(queue, 0, 3, 0);
  }

  @Test
  void aWaitingPopIsAnsweredByAPush() {
    String queue = fresh();
    List<Connection> waiting = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        Connection connection = http().open();
        waiting.add(connection);
        connection.write(
            "GET /queue/pop/%s?timeout=30 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(queue)
                .getBytes(US_ASCII));
      }

      for (int i = 0; i < 5; i++) {
        push(queue, "" + i);
      }

      List<Integer> got = new ArrayList<>();
      for (Connection connection : waiting) {
        got.add(json(connection.read()).get("message").get("payload").asInt());
      }
      assertThat(got).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    } finally {
      waiting.forEach(Connection::close);
    }
  }

  @Test
  void aWaitEndsAfterItsTime() {
    long start = System.nanoTime();

    JsonNode answer = get("pop/" + fresh() + "?timeout=1");

    assertThat(answer.get("message").isNull()).isTrue();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(1_000_000_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout=-1",
        "timeout=x",
        "timeout=3601",
        "lease=0",
        "lease=43201",
        "lease=x",
        "lease="
      })
  void aParameterThatIsNoneIsRefused(String query) {
    Response answer = http().get("/queue/pop/" + fresh() + "?" + query);

    ApiError.check(answer, 400, "BAD_REQUEST");
    assertThat(answer.text()).contains(query.substring(0, query.indexOf('=')));
  }

  @Test
  void headTakesNothing() {
    String queue = fresh();
    push(queue, "1");

    Response answer = http().head("/queue/pop/" + queue + "?timeout=0");

    assertThat(answer.status()).isEqualTo(405);
    awaitLength(queue, 1, 0, 0);
  }

  @Test
  void aKeyIsDeliveredInOrderAndOneAtATime() {
    String queue = fresh();
    for (String body : List.of("1", "2")) {
      assertThat(pushWith(queue, Map.of("X-Message-Group", "k"), body).status()).isEqualTo(200);
    }

    JsonNode first = get("pop/batch/" + queue + "?timeout=0&lease=60");

    assertThat(first.get("messages").findValuesAsText("payload")).containsExactly("1");
    CompletableFuture<JsonNode> next =
        CompletableFuture.supplyAsync(() -> get("pop/" + queue + "?timeout=20").get("message"));
    assertThat(ack(queue, first.get("messages").get(0)).status()).isEqualTo(200);
    assertThat(next.join().get("payload").asInt()).isEqualTo(2);
  }

  @Test
  void noMoreIsInFlightThanMayBe() {
    for (int i = 0; i < 3; i++) {
      push("narrow", "" + i);
    }

    JsonNode first = get("pop/batch/narrow?timeout=0&lease=60");

    assertThat(first.get("count").asInt()).isEqualTo(2);
    assertThat(popNow("narrow").isNull()).isTrue();
    first
        .get("messages")
        .forEach(message -> assertThat(ack("narrow", message).status()).isEqualTo(200));
    assertThat(get("pop/narrow?timeout=20").get("message").get("payload").asInt()).isEqualTo(2);
  }

  @Test
  void peekShowsAndPurgeThrowsAway() {
    String queue = fresh();
    push(queue, "1");
    push(queue, "2");
    JsonNode leased = lease(queue, 60);

    JsonNode seen = get("peek/" + queue);
    JsonNode purged = post("purge/" + queue);

    assertThat(seen.get("messages").findValuesAsText("payload")).containsExactly("2");
    assertThat(seen.get("messages").get(0).get("attempts").asInt()).isZero();
    assertThat(purged.toString())
        .isEqualTo("{\"status\":\"purged\",\"queue\":\"%s\",\"count\":1}".formatted(queue));
    assertThat(ack(queue, leased).status()).isEqualTo(200);
    awaitLength(queue, 0, 0, 0);
  }

  @Test
  void lengthIsOfEveryState() {
    String queue = fresh();

    String nothing = http().get("/queue/len/" + queue).text();

    assertThat(nothing)
        .isEqualTo("{\"queue\":\"%s\",\"length\":0,\"leased\":0,\"delayed\":0}".formatted(queue));
  }
}
