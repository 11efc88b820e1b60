package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.test.Await;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Before Debian's Postfix: STARTTLS, TLS from the first byte, and the refusals of a real server.
 */
class PostfixIT {
  private static final Duration DELIVERED = Duration.ofSeconds(30);
  private static PostfixServer postfix;
  private static SidecarProcess email;
  private static Path ca;

  @BeforeAll
  static void start(@TempDir Path folder, @TempDir Path keys) throws Exception {
    assumeTrue(PostfixServer.whyNot().isEmpty(), PostfixServer.whyNot());
    Certificates certificates = Certificates.in(keys);
    ca = certificates.ca();
    postfix = PostfixServer.start(folder, certificates.of("good", "DNS:localhost"));
    email = sidecar("smtp://localhost:" + postfix.port());
  }

  @AfterAll
  static void stop() {
    if (email != null) {
      email.close();
    }
    if (postfix != null) {
      postfix.close();
    }
  }

  private static SidecarProcess sidecar(String url) {
    return SidecarProcess.builder()
        .env("EMAIL_URL", url + "?ca=" + ca)
        .env("REQUEST_TIMEOUT", "10s")
        .start()
        .awaitReady();
  }

  private static JsonNode delivered(String mailbox, String id) throws Exception {
    Await.until(
        "the message is delivered",
        DELIVERED,
        () -> postfix.mailbox(mailbox).stream().anyMatch(m -> m.contains(id)));
    String message =
        postfix.mailbox(mailbox).stream().filter(m -> m.contains(id)).findFirst().orElseThrow();
    return ReadMail.of(message.replace("\n", "\r\n"));
  }

  @Test
  void aMessageIsDeliveredOverStartTls() throws Exception {
    // Given
    byte[] bytes = new byte[50_000];
    new java.util.Random(3).nextBytes(bytes);
    ObjectNode message = Bodies.message().put("subject", "Grüße").put("html", "<b>Dear Bob</b>");
    message.putArray("bcc").add("carol@example.org");
    message
        .putArray("attachments")
        .addObject()
        .put("filename", "f.bin")
        .put("content", Base64.getEncoder().encodeToString(bytes));

    // When
    Response answer = Bodies.send(email.client(), message);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    String id = Bodies.json(answer).get("id").asText();
    JsonNode mail = delivered("bob", id);
    assertThat(mail.get("subject").asText()).isEqualTo("Grüße");
    assertThat(mail.get("structure").asText())
        .isEqualTo("mixed(alternative(text/plain,text/html),application/octet-stream)");
    assertThat(Base64.getDecoder().decode(mail.at("/parts/2/content").asText())).isEqualTo(bytes);
    assertThat(SmtpHeaders.all(mail, "Received").getFirst()).contains("TLS");
    assertThat(delivered("carol", id).toString()).doesNotContain("Bcc");
  }

  @Test
  void aMessageIsDeliveredOverTlsFromTheFirstByte() throws Exception {
    // Given
    try (SidecarProcess secure = sidecar("smtps://localhost:" + postfix.tlsPort())) {

      // When
      Response answer = Bodies.send(secure.client(), Bodies.message());

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      JsonNode mail = delivered("bob", Bodies.json(answer).get("id").asText());
      assertThat(SmtpHeaders.all(mail, "Received").getFirst()).contains("TLS");
    }
  }

  @Test
  void addressesOfAnyScriptAreDelivered() throws Exception {
    // Given
    ObjectNode message = Bodies.message();
    message.putArray("to").add("用户 <用户@example.org>");

    // When
    Response answer = Bodies.send(email.client(), message);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    JsonNode mail = delivered("user", Bodies.json(answer).get("id").asText());
    assertThat(mail.at("/to/0/address").asText()).isEqualTo("用户@example.org");
  }

  @Test
  void whoIsNotThereIsToldAndNobodyElseGetsTheMessage() {
    // Given
    ObjectNode message = Bodies.message();
    message.putArray("to").add("bob@example.org").add("nobody@example.org");

    // When
    Response answer = Bodies.send(email.client(), message.put("subject", "not for Bob alone"));

    // Then
    JsonNode json = Bodies.json(answer);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
    assertThat(json.get("reply_code").asInt()).isEqualTo(550);
    assertThat(json.get("recipient").asText()).isEqualTo("nobody@example.org");
    assertThat(json.get("error").asText()).contains("User unknown");
    assertThat(postfix.mailbox("bob")).noneMatch(m -> m.contains("not for Bob alone"));
  }

  @Test
  void aMessageThatIsTooLargeForTheServerIsRefused() {
    // When
    Response answer =
        Bodies.send(email.client(), Bodies.message().put("text", "line\n".repeat(250_000)));

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
    assertThat(answer.text()).contains("\"reply_code\":552");
  }

  @Test
  void relayingIsRefused() {
    // When
    Response answer = Bodies.send(email.client(), Bodies.to("bob@example.com"));

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
    assertThat(answer.text()).contains("Relay access denied");
  }
}
