package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.email.smtp.FaultySmtpServer;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What arrives is what was submitted, in the eyes of Python's own library of mail. */
class ContentIT {
  private static final byte[] EVERY_BYTE = new byte[1 << 16];
  private static FaultySmtpServer server;
  private static SidecarProcess email;
  private static HttpClient http;

  @BeforeAll
  static void start() throws IOException {
    new Random(1).nextBytes(EVERY_BYTE);
    server = new FaultySmtpServer();
    email =
        SidecarProcess.builder()
            .env("EMAIL_URL", "smtp://127.0.0.1:" + server.port() + "?starttls=disabled")
            .start()
            .awaitReady();
    http = email.client();
  }

  @AfterAll
  static void stop() throws IOException {
    email.close();
    server.close();
  }

  @BeforeEach
  void forget() {
    server.answer(step -> "");
    server.accepted().clear();
    server.commands().clear();
  }

  private static JsonNode arrived(ObjectNode message) throws IOException {
    Response answer = Bodies.send(http, message);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(server.accepted()).hasSize(1);
    JsonNode mail = ReadMail.of(server.accepted().getFirst());
    assertThat(mail.get("defects")).as(server.accepted().getFirst()).isEmpty();
    assertThat(mail.get("longest_line").asInt()).isLessThanOrEqualTo(998);
    return mail;
  }

  private static String text(JsonNode part) {
    return new String(
        Base64.getDecoder().decode(part.get("content").asText()), StandardCharsets.UTF_8);
  }

  @Test
  void everyFieldArrives() throws IOException {
    // Given
    Instant begun = Instant.now().minusSeconds(1);
    ObjectNode message = Bodies.message();
    message.put("from", "\"Änn, Esq.\" <ann@example.org>");
    message.putArray("to").add("Боб <bob@example.org>").add("plain@example.org");
    message.putArray("cc").add("王秀英 👋 <wang@bücher.example>");
    message.putArray("reply_to").add("One <one@example.org>").add("two@example.org");
    message.put("subject", "Grüße 👋 مرحبا ".repeat(20).strip());
    message.put("text", "Line one\n.\n..dots\r\nمرحبا\rend");
    message.put("html", "<p>Grüße <img src=\"cid:logo@x\"></p>");
    message
        .putObject("headers")
        .put("X-Campaign", "früh-" + "ling ".repeat(40) + "👋")
        .put("References", "<a@b> <c@d>");
    String bytes = Base64.getEncoder().encodeToString(EVERY_BYTE);
    message.putArray("attachments");
    message
        .withArray("attachments")
        .addObject()
        .put("filename", "résumé \"1\" 👋.bin")
        .put("content", bytes);
    message
        .withArray("attachments")
        .addObject()
        .put("content", bytes)
        .put("content_type", "image/png")
        .put("content_id", "logo@x");

    // When
    JsonNode mail = arrived(message);

    // Then
    assertThat(mail.get("from").toString())
        .isEqualTo("[{\"name\":\"Änn, Esq.\",\"address\":\"ann@example.org\"}]");
    assertThat(mail.get("to").toString())
        .isEqualTo(
            "[{\"name\":\"Боб\",\"address\":\"bob@example.org\"},{\"name\":\"\",\"address\":\"plain@example.org\"}]");
    assertThat(mail.at("/cc/0/name").asText()).isEqualTo("王秀英 👋");
    assertThat(mail.at("/cc/0/address").asText()).isEqualTo("wang@xn--bcher-kva.example");
    assertThat(mail.get("reply_to").toString())
        .isEqualTo(
            "[{\"name\":\"One\",\"address\":\"one@example.org\"},{\"name\":\"\",\"address\":\"two@example.org\"}]");
    assertThat(mail.get("subject")).isEqualTo(message.get("subject"));
    assertThat(Instant.ofEpochSecond(mail.get("date").asLong()))
        .isAfterOrEqualTo(begun.minusSeconds(1))
        .isBefore(Instant.now().plusSeconds(1));
    assertThat(SmtpHeaders.all(mail, "X-Campaign"))
        .containsExactly(message.at("/headers/X-Campaign").asText());
    assertThat(SmtpHeaders.all(mail, "References")).containsExactly("<a@b> <c@d>");
    assertThat(SmtpHeaders.all(mail, "MIME-Version")).containsExactly("1.0");
    assertThat(mail.get("structure").asText())
        .isEqualTo(
            "mixed(alternative(text/plain,related(text/html,image/png)),application/octet-stream)");
    JsonNode parts = mail.get("parts");
    assertThat(text(parts.get(0))).isEqualTo("Line one\r\n.\r\n..dots\r\nمرحبا\r\nend");
    assertThat(text(parts.get(1))).isEqualTo(message.get("html").asText());
    assertThat(Base64.getDecoder().decode(parts.get(2).get("content").asText()))
        .isEqualTo(EVERY_BYTE);
    assertThat(parts.get(2).get("content_id").asText()).isEqualTo("<logo@x>");
    assertThat(parts.get(2).get("disposition").asText()).isEqualTo("inline");
    assertThat(Base64.getDecoder().decode(parts.get(3).get("content").asText()))
        .isEqualTo(EVERY_BYTE);
    assertThat(parts.get(3).get("filename").asText()).isEqualTo("résumé \"1\" 👋.bin");
    assertThat(parts.get(3).get("disposition").asText()).isEqualTo("attachment");
  }

  static Stream<String> texts() {
    return Stream.of(
        "",
        ".",
        ".\r\n.\r\n",
        "no end",
        "x".repeat(5000),
        "é".repeat(5000),
        "a\u0000b\u0007c",
        "From the beginning",
        "\r\n\r\n",
        "trailing   \t \nblanks \n",
        "=3D =\n=",
        "--boundary--\n",
        "👋".repeat(300));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void anyTextArrives(String text) throws IOException {
    // When
    JsonNode mail = arrived(Bodies.message().put("text", text));

    // Then: the last line has an end, which SMTP needs
    String expected = text.replaceAll("\r\n|\r|\n", "\r\n");
    assertThat(text(mail.at("/parts/0")).replaceAll("\r\n\\z", ""))
        .isEqualTo(expected.replaceAll("\r\n\\z", ""));
  }

  static Stream<String> values() {
    return Stream.of(
        "=?utf-8?q?not_encoded?=",
        "a" + " ".repeat(300) + "b",
        "\ta\t \tb\t",
        "x".repeat(899),
        ("w".repeat(80) + " ").repeat(12),
        "comma, semi; colon: \"quote\" (paren) <angle> \\ backslash",
        "é" + "x".repeat(500),
        "👋".repeat(200),
        "ends with colon:");
  }

  @ParameterizedTest
  @MethodSource("values")
  void anySubjectAndHeaderArrives(String value) throws IOException {
    // Given
    ObjectNode message = Bodies.message().put("subject", value);
    message.putObject("headers").put("X-Any", value);

    // When
    JsonNode mail = arrived(message);

    // Then: blanks in a row are one, as folding may make of them
    String expected = value.replaceAll("[ \t]{2,}", " ").strip();
    assertThat(mail.get("subject").asText()).isEqualTo(expected);
    assertThat(SmtpHeaders.all(mail, "X-Any")).containsExactly(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ann \\\"the boss\\\"",
        "Ann, Bob; Eve",
        "王",
        "=?x?",
        "a".repeat(300),
        "é".repeat(300),
        "(comment)",
        "Ann\t Lee"
      })
  void anyNameArrives(String name) throws IOException {
    // Given
    String plain = name.replace("\\\"", "\"");
    ObjectNode message = Bodies.message();
    message.putArray("to").add("\"" + name + "\" <bob@example.org>");

    // When
    JsonNode mail = arrived(message);

    // Then
    assertThat(mail.at("/to/0/name").asText().replaceAll("\\s+", " "))
        .isEqualTo(plain.replaceAll("\\s+", " "));
    assertThat(mail.at("/to/0/address").asText()).isEqualTo("bob@example.org");
    assertThat(mail.get("to")).hasSize(1);
  }

  @Test
  void unsubscribingIsOneFieldAndTwoHeaders() throws IOException {
    // Given
    ObjectNode both = Bodies.message();
    both.putArray("list_unsubscribe")
        .add("https://example.org/u?id=1&x=2")
        .add("mailto:u@example.org?subject=no");

    // When
    JsonNode mail = arrived(both);
    server.accepted().clear();
    JsonNode byMail = arrived(Bodies.message().put("list_unsubscribe", "mailto:u@example.org"));

    // Then
    assertThat(SmtpHeaders.all(mail, "List-Unsubscribe"))
        .containsExactly("<https://example.org/u?id=1&x=2>, <mailto:u@example.org?subject=no>");
    assertThat(SmtpHeaders.all(mail, "List-Unsubscribe-Post"))
        .containsExactly("List-Unsubscribe=One-Click");
    assertThat(SmtpHeaders.all(byMail, "List-Unsubscribe"))
        .containsExactly("<mailto:u@example.org>");
    assertThat(SmtpHeaders.all(byMail, "List-Unsubscribe-Post")).isEmpty();
  }

  @Test
  void addressesOfAnyScriptNeedAServerThatTakesThem() throws IOException {
    // Given
    ObjectNode message = Bodies.message().put("from", "δοκιμή@example.org");
    message.putArray("to").add("用户 <用户@bücher.example>");
    AtomicBoolean first = new AtomicBoolean(true);

    // When
    Response refused = Bodies.send(http, message);
    List<String> before = List.copyOf(server.commands());
    server.answer(
        line ->
            switch (line.split(" ", 2)[0]) {
              case "EHLO" -> "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8";
              // The connection that knows no SMTPUTF8 ends.
              case "MAIL" -> first.getAndSet(false) ? "421 bye" : "";
              default -> "";
            });
    assertThat(Bodies.send(http, Bodies.message()).status()).isEqualTo(200);
    server.accepted().clear();
    JsonNode mail = arrived(message);

    // Then
    assertThat(refused.status()).as(refused.toString()).isEqualTo(502);
    assertThat(refused.text()).contains("SMTPUTF8", "\"reply_code\":553");
    assertThat(before).noneMatch(c -> c.startsWith("MAIL"));
    assertThat(mail.at("/from/0/address").asText()).isEqualTo("δοκιμή@example.org");
    assertThat(mail.at("/to/0/address").asText()).isEqualTo("用户@xn--bcher-kva.example");
    assertThat(mail.at("/to/0/name").asText()).isEqualTo("用户");
    assertThat(server.commands())
        .anyMatch(c -> c.startsWith("MAIL FROM:<") && c.contains("SMTPUTF8"));
  }
}
