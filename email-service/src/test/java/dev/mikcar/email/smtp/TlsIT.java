package dev.mikcar.email.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.Certificates;
import dev.mikcar.email.Mails;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS and logins before npm's smtp-server: nothing is said in the open that must not be. */
class TlsIT {
  private static final String USER = "ann@example.org";
  private static final String PASSWORD = "p@ss:/w ört%";
  private static final String LOGIN = "ann%40example.org:p%40ss%3A%2Fw%20%C3%B6rt%25@";

  private static Certificates certificates;
  private static Path good;
  private static NodeSmtpServer startTls;
  private static NodeSmtpServer implicit;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    certificates = Certificates.in(folder);
    good = certificates.of("good", "DNS:localhost");
    startTls =
        new NodeSmtpServer.Options()
            .certificate(good)
            .login(USER, PASSWORD, "PLAIN", "LOGIN")
            .start();
    implicit =
        new NodeSmtpServer.Options()
            .certificate(good)
            .implicitTls()
            .login(USER, PASSWORD, "PLAIN")
            .start();
  }

  @AfterAll
  static void stop() {
    startTls.close();
    implicit.close();
  }

  private static String ca() {
    return "ca=" + certificates.ca();
  }

  /** Sends one message; fails as the transport does. */
  private static void send(String url) {
    try (SmtpMailTransport transport = Transports.to(url)) {
      Transports.send(transport, Mails.to("bob@example.org"), Duration.ofSeconds(20));
    }
  }

  private static ApiException failure(String url) {
    Instant begun = Instant.now();
    ApiException failure = catchThrowableOfType(ApiException.class, () -> send(url));
    // What is so for good is said at once, and nothing hangs.
    assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(15));
    assertThat(failure.getMessage()).doesNotContain(PASSWORD);
    return failure;
  }

  @Test
  void startTlsIsUsedByItselfOnOtherPorts() {
    // Given
    int before = startTls.accepted().size();

    // When
    send("smtp://" + LOGIN + "localhost:" + startTls.port() + "?" + ca());

    // Then
    List<JsonNode> accepted = startTls.accepted();
    assertThat(accepted).hasSize(before + 1);
    assertThat(accepted.getLast().get("secure").asBoolean()).isTrue();
    assertThat(accepted.getLast().get("user").asText()).isEqualTo(USER);
  }

  @Test
  void tlsFromTheFirstByte() {
    // When
    send("smtps://" + LOGIN + "localhost:" + implicit.port() + "?" + ca());

    // Then
    assertThat(implicit.accepted()).hasSize(1);
    assertThat(implicit.accepted().getFirst().get("secure").asBoolean()).isTrue();
  }

  @Test
  void aServerWithoutStartTlsGetsNothing() throws IOException {
    // Given
    try (NodeSmtpServer open = new NodeSmtpServer.Options().withoutStartTls().start()) {

      // When
      ApiException failure = failure("smtp://localhost:" + open.port() + "?" + ca());
      send("smtp://localhost:" + open.port() + "?starttls=optional");

      // Then
      assertThat(failure.status()).isEqualTo(503);
      assertThat(failure.getMessage()).contains("STARTTLS");
      assertThat(open.accepted()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "other, DNS:mail.example.org, 20250101000000Z, 20991231235959Z",
    "expired, DNS:localhost, 20200101000000Z, 20210101000000Z",
    "early, DNS:localhost, 20900101000000Z, 20991231235959Z"
  })
  void aCertificateThatIsNotGoodIsRefused(String name, String alternatives, String from, String to)
      throws IOException {
    // Given
    Path bad = certificates.of(name, alternatives, from, to);
    NodeSmtpServer.Options options =
        new NodeSmtpServer.Options().certificate(bad).login(USER, PASSWORD, "PLAIN");
    try (NodeSmtpServer server = options.start();
        NodeSmtpServer secure = options.implicitTls().start()) {

      // When
      ApiException required =
          failure("smtp://" + LOGIN + "localhost:" + server.port() + "?" + ca());
      ApiException optional =
          failure("smtp://" + LOGIN + "localhost:" + server.port() + "?starttls=optional&" + ca());
      ApiException first = failure("smtps://" + LOGIN + "localhost:" + secure.port() + "?" + ca());

      // Then
      assertThat(List.of(required.status(), optional.status(), first.status())).containsOnly(503);
      assertThat(server.logins()).isEmpty();
      assertThat(server.accepted()).isEmpty();
      assertThat(secure.logins()).isEmpty();
    }
  }

  @Test
  void anAuthorityThatIsNotTrustedIsRefused() {
    // Given
    int logins = startTls.logins().size();

    // When
    ApiException failure = failure("smtp://" + LOGIN + "localhost:" + startTls.port());

    // Then
    assertThat(failure.status()).isEqualTo(503);
    assertThat(startTls.logins()).hasSize(logins);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "LOGIN"})
  void theServerChoosesHowToLogIn(String method) throws IOException {
    // Given
    try (NodeSmtpServer server =
        new NodeSmtpServer.Options().certificate(good).login(USER, PASSWORD, method).start()) {

      // When
      send("smtp://" + LOGIN + "localhost:" + server.port() + "?" + ca());

      // Then
      assertThat(server.logins().getFirst().get("login").asText()).isEqualTo(method);
      assertThat(server.accepted()).hasSize(1);
    }
  }

  @Test
  void aPasswordIsNotSentInTheOpenWhereAChallengeWillDo() throws IOException {
    // Given
    try (NodeSmtpServer server =
        new NodeSmtpServer.Options().login(USER, PASSWORD, "PLAIN", "LOGIN", "CRAM-MD5").start()) {

      // When
      send("smtp://" + LOGIN + "localhost:" + server.port() + "?starttls=disabled");

      // Then
      assertThat(server.logins()).hasSize(1);
      assertThat(server.logins().getFirst().get("login").asText()).isEqualTo("CRAM-MD5");
      assertThat(server.accepted()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5"})
  void aWrongPasswordIsTriedOnceAndDoesNotHang(String method) throws IOException {
    // Given
    NodeSmtpServer.Options options = new NodeSmtpServer.Options().login(USER, PASSWORD, method);
    boolean challenge = method.equals("CRAM-MD5");
    try (NodeSmtpServer server = (challenge ? options : options.certificate(good)).start()) {
      String url = "smtp://ann%40example.org:wrong@localhost:" + server.port() + "?";

      // When
      ApiException failure = failure(url + (challenge ? "starttls=disabled" : ca()));

      // Then
      assertThat(failure.status()).isEqualTo(503);
      assertThat(failure.getMessage()).contains("does not accept the login");
      assertThat(server.logins()).hasSize(1);
    }
  }

  @Test
  void readinessDoesNotLockTheAccount() throws IOException {
    // Given
    try (NodeSmtpServer server =
            new NodeSmtpServer.Options().certificate(good).login(USER, PASSWORD, "PLAIN").start();
        SmtpMailTransport transport =
            Transports.to(
                "smtp://ann%40example.org:wrong@localhost:" + server.port() + "?" + ca())) {

      // When
      for (int i = 0; i < 5; i++) {
        ApiException down =
            catchThrowableOfType(
                ApiException.class, () -> transport.ping().await().atMost(Duration.ofSeconds(20)));
        assertThat(down.getMessage()).contains("does not accept the login");
      }

      // Then
      assertThat(server.logins()).hasSize(1);
    }
  }
}
