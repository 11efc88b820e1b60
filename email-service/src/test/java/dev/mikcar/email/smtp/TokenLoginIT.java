package dev.mikcar.email.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.email.Certificates;
import dev.mikcar.email.Mails;
import dev.mikcar.test.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** XOAUTH2 before npm's smtp-server, with tokens of a stub of a token endpoint. */
class TokenLoginIT {
  private static final String USER = "ann@example.org";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();
  private HttpServer endpoint;
  private NodeSmtpServer server;
  private Certificates certificates;
  private Path goodToken;
  private volatile int status = 200;
  private volatile int seconds = 3600;
  private volatile String more = "";
  private volatile boolean eachIsGood;

  @BeforeEach
  void start() throws IOException {
    certificates = Certificates.in(folder);
    goodToken = folder.resolve("token");
    Files.writeString(goodToken, "token-1");
    endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    endpoint.createContext("/token", this::answer);
    endpoint.start();
    server =
        new NodeSmtpServer.Options()
            .certificate(certificates.of("good", "DNS:localhost"))
            .token(USER, goodToken)
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
    endpoint.stop(0);
  }

  private void answer(com.sun.net.httpserver.HttpExchange exchange) throws IOException {
    String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.add(
        Stream.of(form.split("&"))
            .map(field -> field.split("=", 2))
            .collect(
                Collectors.toMap(f -> f[0], f -> URLDecoder.decode(f[1], StandardCharsets.UTF_8))));
    if (eachIsGood) {
      Files.writeString(goodToken, "token-" + asked.size());
    }
    String body =
        status == 200
            ? "{\"access_token\":\"token-%d\",\"token_type\":\"Bearer\",\"expires_in\":%d%s}"
                .formatted(asked.size(), seconds, more)
            : "{\"error\":\"invalid_grant\",\"error_description\":\"of s3cret\"}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private SmtpMailTransport transport(Optional<String> refreshToken, String options) {
    TokenSource source =
        new TokenSource(
            URI.create("http://127.0.0.1:" + endpoint.getAddress().getPort() + "/token"),
            "client",
            Optional.of("s3cret & more"),
            refreshToken,
            Optional.of("https://outlook.office365.com/.default"));
    String url =
        "smtp://ann%40example.org@localhost:"
            + server.port()
            + "?ca="
            + certificates.ca()
            + options;
    return SmtpMailTransport.to(
        BackendUrl.of("EMAIL_URL", "a URL", url, "://"),
        Transports.url(url),
        Optional.of(source),
        Optional.empty());
  }

  @Test
  void theClientsOwnCredentialsGetATokenForManyConnections() {
    // Given
    try (SmtpMailTransport transport = transport(Optional.empty(), "&per_connection=1")) {

      // When
      IntStream.range(0, 3)
          .forEach(_ -> Transports.send(transport, Mails.to("bob@example.org"), LIMIT));

      // Then
      assertThat(server.accepted()).hasSize(3);
      assertThat(server.logins().getFirst().toString())
          .isEqualTo("{\"login\":\"XOAUTH2\",\"user\":\"ann@example.org\",\"secure\":true}");
      assertThat(asked).hasSize(1);
      assertThat(asked.getFirst())
          .containsEntry("grant_type", "client_credentials")
          .containsEntry("client_id", "client")
          .containsEntry("client_secret", "s3cret & more")
          .containsEntry("scope", "https://outlook.office365.com/.default");
    }
  }

  @Test
  void aRefreshTokenIsUsedAndReplacedByTheNextOne() {
    // Given: tokens that are over at once, and a new refresh token with each.
    eachIsGood = true;
    seconds = 1;
    more = ",\"refresh_token\":\"refresh-2\"";
    try (SmtpMailTransport transport = transport(Optional.of("refresh-1"), "&per_connection=1")) {

      // When
      Transports.send(transport, Mails.to("bob@example.org"), LIMIT);
      Transports.send(transport, Mails.to("bob@example.org"), LIMIT);

      // Then
      assertThat(server.accepted()).hasSize(2);
      assertThat(asked.get(0)).containsEntry("refresh_token", "refresh-1");
      assertThat(asked.get(1))
          .containsEntry("grant_type", "refresh_token")
          .containsEntry("refresh_token", "refresh-2");
    }
  }

  @Test
  void aRefusedTokenIsToldAndNotTriedForEver() throws IOException {
    // Given
    Files.writeString(goodToken, "another");
    try (SmtpMailTransport transport = transport(Optional.empty(), "")) {

      // When
      ApiException failure =
          catchThrowableOfType(
              ApiException.class,
              () -> Transports.send(transport, Mails.to("bob@example.org"), LIMIT));

      // Then
      assertThat(failure.status()).isEqualTo(503);
      assertThat(failure.getMessage())
          .contains("does not accept the login")
          .doesNotContain("token-");
      assertThat(server.logins()).hasSize(1);
      assertThat(server.accepted()).isEmpty();
    }
  }

  @Test
  void aTokenEndpointThatRefusesIsToldWithoutItsWords() {
    // Given
    status = 400;
    try (SmtpMailTransport transport = transport(Optional.of("refresh-1"), "")) {

      // When
      ApiException failure =
          catchThrowableOfType(
              ApiException.class,
              () -> Transports.send(transport, Mails.to("bob@example.org"), LIMIT));

      // Then
      assertThat(failure.status()).isEqualTo(503);
      assertThat(failure.getMessage())
          .contains("token endpoint", "400", "invalid_grant")
          .doesNotContain("s3cret", "refresh-1");
      assertThat(asked).hasSize(1);
    }
  }

  @Test
  void aTokenEndpointThatFailsForNowIsAskedAgain() {
    // Given
    status = 500;
    eachIsGood = true;
    Thread.ofVirtual()
        .start(
            () -> {
              Await.until("it was asked", LIMIT, () -> !asked.isEmpty());
              status = 200;
            });
    try (SmtpMailTransport transport = transport(Optional.empty(), "")) {

      // When
      Transports.send(transport, Mails.to("bob@example.org"), LIMIT);

      // Then
      assertThat(asked).hasSizeGreaterThan(1);
      assertThat(server.accepted()).hasSize(1);
    }
  }
}
