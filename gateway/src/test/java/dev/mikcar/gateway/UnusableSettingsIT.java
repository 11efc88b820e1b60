package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A setting that cannot be used stops the start: exit code 2 and one line that names it and says
 * what is accepted, with no credential and no stack trace.
 */
class UnusableSettingsIT {
  @ParameterizedTest
  @CsvSource({
    "PORT, abc",
    "PORT, 70000",
    "PORT, -1",
    "HOST, no.such.host.invalid",
    "HOST, 192.0.2.1",
    "HOST, not an address",
    "MAX_BODY_SIZE, x",
    "MAX_BODY_SIZE, 0",
    "REQUEST_TIMEOUT, 0",
    "CORS_ORIGINS, x",
    "MIKCAR_ROOT, /x",
    "MIKCAR_SERVICES, zz",
    "MIKCAR_NO_AUTH, maybe",
    "KV_URL, x",
    "KV_URL, nope://user:pw-s3cret@h",
    "KV_URL, file://user:pw-s3cret@h?x",
    "KV_URL, memory://user:pw-s3cret@h",
    "KV_URL, user:pw-s3cret@h",
    "OTLP_ENDPOINT, x",
    "OTLP_ENDPOINT, ftp://user:pw-s3cret@h",
    "LOG_FORMAT, x",
  })
  void isNamedWithWhatIsAccepted(String variable, String value) {
    // Given
    SidecarProcess.Builder process =
        SidecarProcess.builder()
            .env("KV_URL", "memory://")
            .env("MIKCAR_SERVICES", "kv")
            .env(variable, value);

    // When
    SidecarProcess.Exit exit = process.run();

    // Then
    assertOneLine(exit, variable);
  }

  /** Those of Quarkus that would change nothing here. */
  @ParameterizedTest
  @CsvSource({
    "quarkus.http.ssl-port, 8443, PORT",
    "quarkus.http.insecure-requests, redirect, docs/settings.md",
    "quarkus.http.cors.origins, *, CORS_ORIGINS",
    "quarkus.http.cors.enabled, true, CORS_ORIGINS",
    "quarkus.http.read-timeout, 1s, REQUEST_TIMEOUT",
    "quarkus.http.http2, true, docs/settings.md",
    "quarkus.http.root-path, /x, MIKCAR_ROOT",
    "quarkus.http.limits.max-body-size, 1M, MAX_BODY_SIZE",
    "quarkus.http.domain-socket, /tmp/x, MIKCAR_SOCKET",
    "quarkus.http.body.uploads-directory, /tmp/x, docs/settings.md",
    "quarkus.tls.reload-period, 1h, at the start",
    "quarkus.http.ssl.certificate.reload-period, 1h, quarkus.tls.key-store.pem",
  })
  void ofQuarkusThatWouldBeIgnoredIsNamedWithWhatToUse(String name, String value, String instead) {
    // Given
    String variable = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    SidecarProcess.Builder process = memory().env(variable, value);

    // When
    SidecarProcess.Exit exit = process.run();

    // Then
    assertOneLine(exit, name);
    assertThat(exit.err()).contains(instead);
  }

  @Test
  void aTokenTogetherWithNoAuth() {
    // Given
    SidecarProcess.Builder process = memory().env("AUTH_TOKEN", "pw-s3cret").args("--no-auth");

    // When
    SidecarProcess.Exit exit = process.run();

    // Then
    assertOneLine(exit, "--no-auth");
  }

  @Test
  void aFlagIsNamedByItsVariable() {
    // When
    SidecarProcess.Exit exit = memory().args("--port=abc").run();

    // Then
    assertOneLine(exit, "PORT");
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    // Given
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      // When
      SidecarProcess.Exit exit = memory().env("PORT", port).run();

      // Then
      assertOneLine(exit, "PORT");
      assertThat(exit.err()).contains(port);
    }
  }

  @Test
  void aSocketInAFolderThatIsMissing(@TempDir Path folder) {
    // Given
    SidecarProcess.Builder process = withSocket(folder.resolve("missing/m.sock"));

    // When
    SidecarProcess.Exit exit = process.run();

    // Then
    assertOneLine(exit, "MIKCAR_SOCKET");
  }

  @Test
  void aSocketThatALiveProcessHolds(@TempDir Path folder) {
    // Given
    Path socket = folder.resolve("m.sock");
    try (SidecarProcess holder = withSocket(socket).start()) {

      // When
      SidecarProcess.Exit exit = withSocket(socket).run();

      // Then
      assertOneLine(exit, "MIKCAR_SOCKET");
      assertThat(holder.unixClient().get("/health").status()).isEqualTo(200);
    }
  }

  @Test
  void aSocketThatIsAFileStaysAsItIs(@TempDir Path folder) throws IOException {
    // Given
    Path file = Files.writeString(folder.resolve("m.sock"), "precious");

    // When
    SidecarProcess.Exit exit = withSocket(file).run();

    // Then
    assertOneLine(exit, "MIKCAR_SOCKET");
    assertThat(file).hasContent("precious");
  }

  @Test
  void aPortThatIsTakenLeavesNoSocketBehind(@TempDir Path folder) throws IOException {
    // Given
    Path socket = folder.resolve("m.sock");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {

      // When
      SidecarProcess.Exit exit =
          withSocket(socket).env("PORT", Integer.toString(taken.getLocalPort())).run();

      // Then
      assertOneLine(exit, "PORT");
      assertThat(socket).doesNotExist();
    }
  }

  private static void assertOneLine(SidecarProcess.Exit exit, String name) {
    assertThat(exit.code()).as(exit.toString()).isEqualTo(2);
    assertThat(exit.err())
        .startsWith("mikcar: " + name + ": ")
        .contains("; accepted: ")
        .hasLineCount(1)
        .doesNotContain("s3cret");
    assertThat(exit.out())
        .doesNotContain("\tat ")
        .doesNotContain("Exception")
        .doesNotContain("s3cret");
  }

  private static SidecarProcess.Builder memory() {
    return SidecarProcess.builder().args("--kv").env("KV_URL", "memory://");
  }

  private static SidecarProcess.Builder withSocket(Path socket) {
    return memory().env("MIKCAR_SOCKET", socket.toString());
  }
}
