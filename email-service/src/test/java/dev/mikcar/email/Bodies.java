package dev.mikcar.email;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import java.util.Map;

/** JSON bodies of the tests, and what is answered to them. */
final class Bodies {
  static final ObjectMapper JSON = new ObjectMapper();

  private Bodies() {}

  /** A message from Ann to Bob that can be sent. */
  static ObjectNode message() {
    ObjectNode message = JSON.createObjectNode();
    message.put("from", "Ann <ann@example.org>");
    message.putArray("to").add("bob@example.org");
    message.put("subject", "Hello");
    message.put("text", "Dear Bob");
    return message;
  }

  /** The same to somebody else. */
  static ObjectNode to(String recipient) {
    ObjectNode message = message();
    message.putArray("to").add(recipient);
    return message;
  }

  static ObjectNode batch(JsonNode... messages) {
    ObjectNode batch = JSON.createObjectNode();
    batch.putArray("emails").addAll(java.util.List.of(messages));
    return batch;
  }

  static Response send(HttpClient client, JsonNode body) {
    return post(client, "/email/send", body, Map.of());
  }

  static Response sendBatch(HttpClient client, JsonNode body) {
    return post(client, "/email/send/batch", body, Map.of());
  }

  static Response post(HttpClient client, String path, JsonNode body, Map<String, String> headers) {
    Map<String, String> all = new java.util.HashMap<>(headers);
    all.put("Content-Type", "application/json");
    try {
      return client.send("POST", path, all, JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode json(Response answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (java.io.IOException e) {
      throw new AssertionError(answer.toString(), e);
    }
  }
}
