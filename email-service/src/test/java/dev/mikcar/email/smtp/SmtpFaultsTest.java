package dev.mikcar.email.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.email.Mails;
import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Mail;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server can do to a message, step by step: the answer says it, nothing is sent twice. */
class SmtpFaultsTest {
  private FaultySmtpServer server;
  private SmtpMailTransport transport;

  @BeforeEach
  void start() throws IOException {
    server = new FaultySmtpServer();
    transport = transport("starttls=disabled&pool=2");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    transport.close();
  }

  private SmtpMailTransport transport(String options) {
    String url = "smtp://127.0.0.1:" + server.port() + "?" + options;
    return new SmtpMailTransport(
        SmtpUrl.of(BackendUrl.of("EMAIL_URL", "a URL", url, "://")), Optional.empty());
  }

  private void send(Mail mail, Duration limit) {
    transport
        .send(mail, new Delivery(Instant.now().plus(limit), () -> {}))
        .await()
        .atMost(limit.plusSeconds(10));
  }

  private ApiException failure(Mail mail, Duration limit) {
    return catchThrowableOfType(ApiException.class, () -> send(mail, limit));
  }

  @Test
  void connectionIsUsedAgain() {
    // When
    send(Mails.to("a@example.org"), Duration.ofSeconds(10));
    send(Mails.to("b@example.org"), Duration.ofSeconds(10));

    // Then
    assertThat(server.accepted()).hasSize(2);
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.accepted().getFirst()).doesNotContain("secret@example.org");
    assertThat(server.commands()).contains("RCPT TO:<secret@example.org>");
  }

  @ParameterizedTest
  @CsvSource({"MAIL, 550", "RCPT, 553", "DATA, 554", "., 552"})
  void refusalForGoodIsToldAtOnce(String step, int code) {
    // Given
    server.answer(line -> line.startsWith(step) ? code + " no" : "");

    // When
    ApiException failure = failure(Mails.to("a@example.org"), Duration.ofSeconds(10));

    // Then
    assertThat(failure.status()).isEqualTo(502);
    assertThat(failure.code()).isEqualTo("EMAIL_REJECTED");
    assertThat(failure.fields()).containsEntry("reply_code", code);
    assertThat(server.accepted()).isEmpty();
  }

  @Test
  void oneRefusedRecipientStopsTheMessageForAll() {
    // Given
    server.answer(line -> line.startsWith("RCPT TO:<b@") ? "550 unknown" : "");

    // When
    ApiException failure =
        failure(
            Mails.to("a@example.org", "b@example.org", "c@example.org"), Duration.ofSeconds(10));

    // Then
    assertThat(failure.fields()).containsEntry("recipient", "b@example.org");
    assertThat(server.accepted()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAIL", "RCPT", "DATA", "."})
  void refusalForNowIsTriedAgain(String step) {
    // Given
    AtomicInteger refusals = new AtomicInteger(2);
    server.answer(
        line -> line.startsWith(step) && refusals.getAndDecrement() > 0 ? "451 later" : "");

    // When
    send(Mails.to("a@example.org"), Duration.ofSeconds(20));

    // Then
    assertThat(server.accepted()).hasSize(1);
  }

  @Test
  void refusalForNowIsToldWhenTimeIsOver() {
    // Given
    server.answer(line -> line.startsWith("RCPT") ? "450 busy" : "");

    // When
    ApiException failure = failure(Mails.to("a@example.org"), Duration.ofSeconds(1));

    // Then
    assertThat(failure.code()).isEqualTo("EMAIL_DEFERRED");
    assertThat(failure.status()).isEqualTo(503);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GREETING", "EHLO", "MAIL", "RCPT", "DATA"})
  void connectionLostBeforeTheEndIsMadeAnew(String step) {
    // Given
    AtomicInteger losses = new AtomicInteger(2);
    server.answer(
        line ->
            line.startsWith(step) && losses.getAndDecrement() > 0 ? FaultySmtpServer.CLOSE : "");

    // When
    send(Mails.to("a@example.org"), Duration.ofSeconds(20));

    // Then
    assertThat(server.accepted()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {FaultySmtpServer.CLOSE, FaultySmtpServer.HANG, "garbage", "199 what"})
  void lossAtTheEndIsNeverSentAgain(String end) {
    // Given
    server.answer(line -> line.equals(".") ? end : "");

    // When
    ApiException failure = failure(Mails.to("a@example.org"), Duration.ofSeconds(2));

    // Then
    assertThat(failure.code()).isEqualTo("EMAIL_UNCONFIRMED");
    assertThat(server.commands().stream().filter(c -> c.equals("DATA"))).hasSize(1);
  }

  /** All of a small message is on its way before the server can say anything. */
  @Test
  void lossInTheMiddleOfSmallMessageIsNotSentAgainEither() {
    // Given
    server.answer(line -> line.equals("LINE") ? FaultySmtpServer.CLOSE : "");

    // When
    ApiException failure = failure(Mails.to("a@example.org"), Duration.ofSeconds(2));

    // Then
    assertThat(failure.code()).isEqualTo("EMAIL_UNCONFIRMED");
    assertThat(server.accepted()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GREETING", "EHLO", "MAIL", "RCPT", "DATA"})
  void serverThatHangsIsLeftInTime(String step) {
    // Given
    server.answer(line -> line.startsWith(step) ? FaultySmtpServer.HANG : "");
    Instant begun = Instant.now();

    // When
    ApiException failure = failure(Mails.to("a@example.org"), Duration.ofSeconds(1));

    // Then
    assertThat(failure.status()).isIn(503, 504);
    assertThat(failure.code()).isNotEqualTo("EMAIL_UNCONFIRMED");
    assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void bannerWithoutEndIsNotKept() {
    // Given
    String banner = "220-" + "x".repeat(1 << 20);
    server.answer(line -> line.equals("GREETING") ? banner : "");

    // When
    ApiException failure = failure(Mails.to("a@example.org"), Duration.ofSeconds(1));

    // Then
    assertThat(failure.status()).isEqualTo(503);
  }

  @Test
  void nothingIsSentInTheOpenWhereTlsIsRequired() {
    // Given
    transport.close();
    transport = transport("starttls=required");

    // When
    ApiException failure = failure(Mails.to("a@example.org"), Duration.ofSeconds(2));

    // Then
    assertThat(failure.status()).isEqualTo(503);
    assertThat(server.commands()).noneMatch(c -> c.startsWith("MAIL"));
  }

  @Test
  void messageIsLargerThanTheServerTakes() {
    // Given
    Mail large = Mails.mail("s", "line\n".repeat(300_000), null, java.util.List.of(), "a@b.org");

    // When
    ApiException failure = failure(large, Duration.ofSeconds(5));

    // Then
    assertThat(failure.code()).isEqualTo("EMAIL_REJECTED");
    assertThat(server.commands()).noneMatch(c -> c.startsWith("MAIL"));
  }

  @Test
  void idleConnectionThatTheServerClosedIsNotTrusted() throws Exception {
    // Given
    send(Mails.to("a@example.org"), Duration.ofSeconds(10));
    server.answer(line -> line.startsWith("MAIL") && server.connections() == 1 ? "close" : "");

    // When
    send(Mails.to("b@example.org"), Duration.ofSeconds(10));

    // Then
    assertThat(server.accepted()).hasSize(2);
    assertThat(server.connections()).isEqualTo(2);
  }
}
