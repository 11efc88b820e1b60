package dev.mikcar.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Connection;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port with a certificate. */
class TlsIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir private static Path certificates;
  private static Path certificate;
  private static Path key;

  @BeforeAll
  static void makeCertificate() throws IOException, InterruptedException {
    certificate = certificates.resolve("cert.pem");
    key = certificates.resolve("key.pem");
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-out",
                certificate.toString(),
                "-keyout",
                key.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(openssl.getInputStream().readAllBytes(), UTF_8);
    assertThat(openssl.waitFor()).as(said).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quarkus.tls.key-store.pem.0.cert=CERT|quarkus.tls.key-store.pem.0.key=KEY",
        "quarkus.tls.side.key-store.pem.0.cert=CERT|quarkus.tls.side.key-store.pem.0.key=KEY"
            + "|quarkus.http.tls-configuration-name=side",
      })
  void theSettingsOfQuarkusMakeThePortSpeakTls(String settings, @TempDir Path folder)
      throws Exception {
    // Given
    Path file = Files.createDirectories(folder.resolve("config")).resolve("application.properties");
    Files.writeString(
        file,
        settings
            .replace('|', '\n')
            .replace("CERT", certificate.toString())
            .replace("KEY", key.toString()));
    try (SidecarProcess process = memory().folder(folder).start();
        HttpClient client = client()) {

      // When
      HttpResponse<String> set =
          client.send(
              request(process, "/kv/set/a").PUT(BodyPublishers.ofString("value")).build(),
              BodyHandlers.ofString());
      HttpResponse<String> get =
          client.send(request(process, "/kv/get/a").build(), BodyHandlers.ofString());

      // Then
      assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
      assertThat(get.body()).isEqualTo("value");
      assertThat(get.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(process.log()).contains("on https://");
    }
  }

  @Test
  void theEnvironmentDoesToo() throws Exception {
    // Given
    try (SidecarProcess process = withCertificate(certificate).start();
        HttpClient client = client()) {

      // When
      HttpResponse<String> health =
          client.send(request(process, "/health").build(), BodyHandlers.ofString());

      // Then
      assertThat(health.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void whoSpeaksPlainHttpToItGetsNothingAndTheSocketStaysPlain(@TempDir Path folder) {
    // Given
    SidecarProcess.Builder builder =
        withCertificate(certificate).env("MIKCAR_SOCKET", folder.resolve("m.sock").toString());
    try (SidecarProcess process = builder.start();
        Connection plain = process.client().open()) {

      // When
      plain.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));

      // Then
      assertThat(plain.isClosedByPeer(SOON)).isTrue();
      assertThat(process.unixClient().get("/health").status()).isEqualTo(200);
    }
  }

  @Test
  void aCertificateThatCannotBeReadStopsTheStart() {
    // Given
    SidecarProcess.Builder builder = withCertificate(Path.of("/nowhere/cert.pem"));

    // When
    SidecarProcess.Exit exit = builder.run();

    // Then
    assertThat(exit.code()).as(exit.toString()).isEqualTo(2);
    assertThat(exit.err())
        .startsWith("mikcar: quarkus.tls: ")
        .contains("/nowhere/cert.pem", "; accepted: ")
        .hasLineCount(1);
  }

  /** Else the port would speak plain HTTP, and nobody would know. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "QUARKUS_HTTP_SSL_CERTIFICATE_FILES",
        "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE",
        "QUARKUS_TLS_KEY_STORE_PEM_0_CERT"
      })
  void aCertificateThatIsSetInAnotherWayStopsTheStart(String variable) {
    // Given
    SidecarProcess.Builder builder = memory().env(variable, certificate.toString());

    // When
    SidecarProcess.Exit exit = builder.run();

    // Then
    assertThat(exit.code()).as(exit.toString()).isEqualTo(2);
    assertThat(exit.err())
        .contains("QUARKUS_TLS_KEY_STORE_PEM__0__CERT", "; accepted: ")
        .hasLineCount(1);
    assertThat(exit.err().replaceAll("[.-]", "_")).containsIgnoringCase(variable);
  }

  @Test
  void aNameWithoutACertificateStopsTheStart() {
    // Given
    SidecarProcess.Builder builder = memory().env("QUARKUS_HTTP_TLS_CONFIGURATION_NAME", "side");

    // When
    SidecarProcess.Exit exit = builder.run();

    // Then
    assertThat(exit.code()).as(exit.toString()).isEqualTo(2);
    assertThat(exit.err()).startsWith("mikcar: quarkus.http.tls-configuration-name: 'side'");
  }

  private static HttpRequest.Builder request(SidecarProcess process, String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + process.port() + path))
        .timeout(SOON);
  }

  /** A client that trusts the certificate, and nobody else. */
  private static HttpClient client() throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream file = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "mikcar", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).connectTimeout(SOON).build();
  }

  private static SidecarProcess.Builder withCertificate(Path file) {
    return memory()
        .env("QUARKUS_TLS_KEY_STORE_PEM__0__CERT", file.toString())
        .env("QUARKUS_TLS_KEY_STORE_PEM__0__KEY", key.toString());
  }

  private static SidecarProcess.Builder memory() {
    return SidecarProcess.builder().args("--kv").env("KV_URL", "memory://");
  }
}
