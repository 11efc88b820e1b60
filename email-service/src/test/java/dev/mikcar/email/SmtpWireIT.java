package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.email.smtp.FaultySmtpServer;
import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The section on email of docs/api.md before an SMTP server that does what it is told to. */
class SmtpWireIT {
  private static FaultySmtpServer server;
  private static SidecarProcess email;
  private static HttpClient http;

  @BeforeAll
  static void start() throws IOException {
    server = new FaultySmtpServer();
    email =
        SidecarProcess.builder()
            .env(
                "EMAIL_URL",
                "smtp://127.0.0.1:"
                    + server.port()
                    + "?starttls=disabled&pool=5&from=Default%20%3Cdefault@example.org%3E")
            .env("REQUEST_TIMEOUT", "3s")
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

  @Test
  void bccIsInTheEnvelopeAlone() throws IOException {
    // Given
    ObjectNode message = Bodies.message();
    message.putArray("bcc").add("Secret <secret@example.org>");

    // When
    Response answer = Bodies.send(http, message);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(server.commands())
        .contains("RCPT TO:<bob@example.org>", "RCPT TO:<secret@example.org>");
    assertThat(server.accepted()).hasSize(1);
    assertThat(server.accepted().getFirst().toLowerCase(java.util.Locale.ROOT))
        .doesNotContain("secret", "bcc");
    assertThat(SmtpHeaders.all(ReadMail.of(server.accepted().getFirst()), "Message-ID"))
        .containsExactly(Bodies.json(answer).get("id").asText());
  }

  @Test
  void aMessageWithoutSenderHasThatOfTheSetting() throws IOException {
    // Given
    ObjectNode message = Bodies.message();
    message.remove("from");

    // When
    Response answer = Bodies.send(http, message);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(ReadMail.of(server.accepted().getFirst()).at("/from/0").toString())
        .isEqualTo("{\"name\":\"Default\",\"address\":\"default@example.org\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL, 550, ''",
    "RCPT TO:<b, 553, bob@example.org",
    "DATA, 554, ''",
    "., 552, ''",
  })
  void aRefusalForGoodIs502WithTheReply(String step, int reply, String recipient) {
    // Given
    server.answer(line -> line.startsWith(step) ? reply + " 5.7.1 no, thanks" : "");

    // When
    Response answer = Bodies.send(http, Bodies.message());

    // Then
    JsonNode json = Bodies.json(answer);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
    assertThat(json.get("success").asBoolean(true)).isFalse();
    assertThat(json.get("code").asText()).isEqualTo("EMAIL_REJECTED");
    assertThat(json.get("reply_code").asInt()).isEqualTo(reply);
    assertThat(json.path("recipient").asText()).isEqualTo(recipient);
    assertThat(json.get("error").asText()).contains(reply + " 5.7.1 no, thanks");
    assertThat(server.accepted()).isEmpty();
  }

  @Test
  void aRefusalForNowIs503WhenTimeIsOver() {
    // Given
    server.answer(line -> line.startsWith("RCPT") ? "451 greylisted" : "");

    // When
    Response answer = Bodies.send(http, Bodies.message());

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isPresent();
    assertThat(answer.text()).contains("EMAIL_DEFERRED", "\"reply_code\":451", "\"success\":false");
    assertThat(server.accepted()).isEmpty();
  }

  @Test
  void anAnswerThatNeverComesIsUnconfirmed() {
    // Given
    server.answer(line -> line.equals(".") ? FaultySmtpServer.HANG : "");

    // When
    Response answer = Bodies.send(http, Bodies.message());

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(504);
    assertThat(answer.text()).contains("EMAIL_UNCONFIRMED", "\"message_id\":\"<");
    assertThat(server.commands().stream().filter("DATA"::equals)).hasSize(1);
  }

  @Test
  void aServerThatIsNotThereIs503AndNotReady() throws IOException {
    // Given
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    try (SidecarProcess lonely =
        SidecarProcess.builder()
            .env("EMAIL_URL", "smtp://user:pw-s3cret@127.0.0.1:" + port + "?starttls=disabled")
            .env("REQUEST_TIMEOUT", "2s")
            .start()) {

      // When
      Response answer = Bodies.send(lonely.client(), Bodies.message());
      Response ready = lonely.client().get("/health/ready");
      Response outbox = lonely.client().get("/email/outbox");

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(503);
      assertThat(answer.text()).contains("BACKEND_UNAVAILABLE", "127.0.0.1:" + port);
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.text()).contains("\"backend\":\"smtp\",\"status\":\"DOWN\"");
      assertThat(outbox.status()).isEqualTo(404);
      assertThat(lonely.log() + answer + ready).doesNotContain("pw-s3cret");
    }
  }

  @Test
  void oneRefusedMessageOfABatchStopsNoOther() {
    // Given
    server.answer(line -> line.equals("RCPT TO:<b7@example.org>") ? "550 unknown" : "");
    JsonNode[] all =
        IntStream.range(0, 40)
            .mapToObj(i -> Bodies.to("b" + i + "@example.org"))
            .toArray(JsonNode[]::new);

    // When
    Response answer = Bodies.sendBatch(http, Bodies.batch(all));

    // Then
    JsonNode json = Bodies.json(answer);
    assertThat(json.get("sent").asInt()).as(answer.toString()).isEqualTo(39);
    assertThat(json.get("failed").asInt()).isEqualTo(1);
    assertThat(json.at("/results/7").toString())
        .isEqualTo(
            "{\"success\":false,\"error\":\"550 unknown\",\"code\":\"EMAIL_REJECTED\","
                + "\"reply_code\":550,\"recipient\":\"b7@example.org\"}");
    assertThat(server.accepted()).hasSize(39);
    for (int i = 0; i < 40; i++) {
      String id = json.at("/results/" + i + "/message_id").asText("none");
      String own = "To: b" + i + "@example.org\r\n";
      assertThat(server.accepted().stream().filter(m -> m.contains(own) && m.contains(id)))
          .hasSize(i == 7 ? 0 : 1);
    }
  }

  @Test
  void theServerIsReadyAgainAfterItWasDown() {
    // Given
    server.answer(
        line -> line.equals("NOOP") || line.equals("GREETING") ? FaultySmtpServer.CLOSE : "");
    Await.until(
        "it is not ready", Duration.ofSeconds(20), () -> http.get("/health/ready").status() == 503);

    // When
    server.answer(step -> "");

    // Then
    Await.until(
        "it is ready", Duration.ofSeconds(20), () -> http.get("/health/ready").status() == 200);
  }
}
