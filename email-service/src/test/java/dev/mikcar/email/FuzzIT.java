package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.email.smtp.FaultySmtpServer;
import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Bodies that were broken at random: never a 500, and never another message or recipient than the
 * one that the answer tells of. {@code -Dmikcar.email.fuzz=100000} for more of them.
 */
class FuzzIT {
  private static final int BODIES = Integer.getInteger("mikcar.email.fuzz", 2_000);
  private static final List<String> TEXTS =
      List.of(
          "\r\n",
          "\n.\n",
          "\r\n.\r\nMAIL FROM:<eve@example.org>\r\n",
          "\u0000",
          "\u2028",
          "\ud83d\ude00",
          "é",
          "<",
          ">",
          "@",
          "\"",
          "\\",
          ",",
          ";",
          ":",
          "(",
          ")",
          "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLm9yZw==?=",
          "%0d%0a",
          " ",
          "\t",
          "eve@example.org",
          "Bcc: eve@example.org",
          "",
          "x".repeat(1200),
          "用户",
          "xn--",
          "[127.0.0.1]",
          "cid:x",
          "..");

  @Test
  void nothingButWhatIsAnsweredIsSent() throws Exception {
    Random random = new Random(13);
    try (FaultySmtpServer server = new FaultySmtpServer();
        SidecarProcess email =
            SidecarProcess.builder()
                .env("EMAIL_URL", "smtp://127.0.0.1:" + server.port() + "?starttls=disabled")
                .start()
                .awaitReady();
        Connection connection = email.client().open()) {
      int good = 0;
      for (int i = 0; i < BODIES; i++) {
        // Given
        server.accepted().clear();
        server.commands().clear();
        byte[] body = i % 4 == 0 ? damaged(random) : changed(random);

        // When
        Response answer =
            connection.send(
                "POST", "/email/send", Map.of("Content-Type", "application/json"), body);

        // Then
        String what = answer + "\n" + new String(body, StandardCharsets.UTF_8);
        assertThat(answer.status()).as(what).isIn(200, 400, 413, 502);
        boolean sent = answer.status() == 200;
        good += sent ? 1 : 0;
        assertThat(server.accepted()).as(what).hasSize(sent ? 1 : 0);
        if (sent) {
          requireWhatWasAskedFor(server, body, what);
        }
      }
      assertThat(good).as("messages that could be sent").isBetween(BODIES / 20, BODIES);
      assertThat(email.log()).doesNotContain("Unexpected failure");
    }
  }

  private static void requireWhatWasAskedFor(FaultySmtpServer server, byte[] body, String what)
      throws Exception {
    JsonNode message = Bodies.JSON.readTree(body);
    int asked = message.path("to").size() + message.path("cc").size() + message.path("bcc").size();
    List<String> commands = server.commands();
    assertThat(commands.stream().filter(c -> c.startsWith("MAIL"))).as(what).hasSize(1);
    assertThat((int) commands.stream().filter(c -> c.startsWith("RCPT")).count())
        .as(what)
        .isBetween(1, asked);
    // Each header is there once, and none that nobody asked for.
    String head = server.accepted().getFirst().split("\r\n\r\n", 2)[0];
    Set<String> names = new HashSet<>();
    for (String field : head.split("\r\n(?![ \t])")) {
      String name = field.substring(0, field.indexOf(':')).toLowerCase(java.util.Locale.ROOT);
      assertThat(names.add(name)).as(name + " in " + what).isTrue();
    }
    assertThat(names).as(what).doesNotContain("bcc");
    assertThat(names.stream().filter(n -> n.startsWith("x-")).count())
        .isLessThanOrEqualTo(message.path("headers").size());
  }

  /** A message with some of its fields changed. */
  private static byte[] changed(Random random) throws Exception {
    ObjectNode message = Bodies.message();
    message.putArray("cc").add("Carol <carol@example.org>");
    message.put("html", "<p>Dear Bob");
    message.put("reply_to", "ann@example.org");
    message.putObject("headers").put("X-A", "1");
    message
        .putArray("attachments")
        .addObject()
        .put("filename", "a")
        .put("content", "AAEC")
        .put("content_type", "text/plain")
        .put("content_id", "a@b");
    List<String> names = new ArrayList<>();
    message.fieldNames().forEachRemaining(names::add);
    for (int changes = random.nextInt(3); changes >= 0; changes--) {
      change(message, names.get(random.nextInt(names.size())), random);
    }
    return Bodies.JSON.writeValueAsBytes(message);
  }

  private static void change(ObjectNode in, String name, Random random) {
    JsonNode value = in.get(name);
    switch (value) {
      case null -> in.put(name, random.nextInt());
      case ArrayNode list when !list.isEmpty() && random.nextBoolean() -> {
        if (list.get(0) instanceof ObjectNode object) {
          List<String> names = new ArrayList<>();
          object.fieldNames().forEachRemaining(names::add);
          change(object, names.get(random.nextInt(names.size())), random);
        } else {
          list.set(0, Bodies.JSON.getNodeFactory().textNode(spliced(list.get(0).asText(), random)));
        }
      }
      case ObjectNode object -> object.put(spliced("X-A", random), spliced("1", random));
      case JsonNode text when text.isTextual() && random.nextInt(5) > 0 ->
          in.put(name, spliced(text.asText(), random));
      default -> {
        switch (random.nextInt(5)) {
          case 0 -> in.putNull(name);
          case 1 -> in.put(name, 7);
          case 2 -> in.putArray(name).addNull();
          case 3 -> in.putObject(name).put("a", "b");
          default -> in.remove(name);
        }
      }
    }
  }

  private static String spliced(String text, Random random) {
    int at = random.nextInt(text.length() + 1);
    return text.substring(0, at) + TEXTS.get(random.nextInt(TEXTS.size())) + text.substring(at);
  }

  /** The text of a message with some bytes changed. */
  private static byte[] damaged(Random random) throws Exception {
    byte[] body = changed(random);
    for (int changes = random.nextInt(4); changes >= 0; changes--) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(8) == 0
        ? java.util.Arrays.copyOf(body, random.nextInt(body.length))
        : body;
  }
}
