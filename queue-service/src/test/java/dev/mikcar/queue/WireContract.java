package dev.mikcar.queue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** What the tests of the wire share: a client, fresh queues, and the usual requests. */
abstract class WireContract {
  static final Duration SOON = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The client of the process under test. */
  abstract HttpClient http();

  /** A name that no other test uses. */
  static String fresh() {
    return "q" + UUID.randomUUID();
  }

  static JsonNode json(Response answer) {
    assertThat(answer.status()).as("%s", answer).isBetween(200, 299);
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + answer, e);
    }
  }

  JsonNode get(String path) {
    return json(http().get("/queue/" + path));
  }

  JsonNode post(String path) {
    return json(http().send("POST", "/queue/" + path));
  }

  /** The id of the message. */
  String push(String queueAndQuery, String body) {
    return json(http().post("/queue/push/" + queueAndQuery, body)).get("message_id").asText();
  }

  Response pushWith(String queue, Map<String, String> headers, String body) {
    return http()
        .send("POST", "/queue/push/" + queue, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  /** The message that comes at once; JSON's null when none does. */
  JsonNode popNow(String queue) {
    return get("pop/" + queue + "?timeout=0").get("message");
  }

  JsonNode lease(String queue, int seconds) {
    return get("pop/" + queue + "?timeout=0&lease=" + seconds).get("message");
  }

  Response ack(String queue, JsonNode message) {
    return http().send("POST", "/queue/ack/" + queue + "/" + message.get("id").asText());
  }

  JsonNode nack(String queue, JsonNode message) {
    return post("nack/" + queue + "/" + message.get("id").asText());
  }

  void awaitLength(String queueAndQuery, int ready, int leased, int delayed) {
    Await.until(
        "%d ready, %d leased and %d delayed in %s".formatted(ready, leased, delayed, queueAndQuery),
        SOON,
        () -> {
          JsonNode length = get("len/" + queueAndQuery);
          return length.get("length").asInt() == ready
              && length.get("leased").asInt() == leased
              && length.get("delayed").asInt() == delayed;
        });
  }
}
