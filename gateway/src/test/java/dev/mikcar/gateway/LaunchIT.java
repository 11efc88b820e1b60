package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line and the environment make of a process. */
class LaunchIT {
  @Test
  void withNoServiceNamedTheHelpIsPrintedAndTheExitCodeIs2() {
    // When
    SidecarProcess.Exit exit = SidecarProcess.builder().run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.out()).isEmpty();
    assertThat(exit.err())
        .contains("--kv", "--all", "--port", "--auth-token", "docs/settings.md")
        .endsWith("mikcar: name the services to run, such as --all\n");
  }

  @Test
  void theServicesAreNotNamedByAFile(@TempDir Path folder) throws IOException {
    // Given
    Files.writeString(folder.resolve(".env"), "MIKCAR_SERVICES=kv\n");

    // When
    SidecarProcess.Exit exit = SidecarProcess.builder().folder(folder).run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err()).endsWith("mikcar: name the services to run, such as --all\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h"})
  void helpIsNoError(String flag) {
    // When
    SidecarProcess.Exit exit = SidecarProcess.builder().args(flag).run();

    // Then
    assertThat(exit.code()).isZero();
    assertThat(exit.err()).isEmpty();
    assertThat(exit.out())
        .contains(
            "--kv",
            "--all",
            "--port",
            "--host",
            "--socket",
            "--auth-token",
            "--no-auth",
            "--data",
            "--otlp-endpoint",
            "--service-name",
            "--version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void theVersionIsNoError(String flag) {
    // When
    SidecarProcess.Exit exit = SidecarProcess.builder().args(flag).run();

    // Then
    assertThat(exit.code()).isZero();
    assertThat(exit.err()).isEmpty();
    assertThat(exit.out()).matches("mikcar \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--auth-tokn=s3cret", "--auth-tokn s3cret", "--auth-token=x s3cret"})
  void anUnknownFlagIsRefusedInOneLineWithoutItsValue(String flags) {
    // Given
    SidecarProcess.Builder process =
        SidecarProcess.builder().args("--kv").args(flags.split(" ", -1));

    // When
    SidecarProcess.Exit exit = process.run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.out()).isEmpty();
    assertThat(exit.err()).startsWith("mikcar: ").hasLineCount(1).doesNotContain("s3cret");
  }

  @Test
  void anUnknownFlagIsNamed() {
    // When
    SidecarProcess.Exit exit = SidecarProcess.builder().args("--kv", "--auth-tokn=s3cret").run();

    // Then
    assertThat(exit.err()).contains("'--auth-tokn'", "--help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--auth-token", "--port", "--auth-token=s3cret --auth-token=s3cret"})
  void aFlagThatIsUsedWrongIsRefusedInOneLineWithItsName(String flags) {
    // Given
    SidecarProcess.Builder process =
        SidecarProcess.builder().args("--kv").args(flags.split(" ", -1));

    // When
    SidecarProcess.Exit exit = process.run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err())
        .startsWith("mikcar: ")
        .hasLineCount(1)
        .contains(flags.split("[ =]", -1)[0])
        .doesNotContain("s3cret");
  }

  @Test
  void flagsWinOverTheEnvironment() {
    // Given
    SidecarProcess.Builder builder =
        memory()
            .env("MIKCAR_SERVICES", "zz")
            .env("SIDECAR_TOKEN", "of-the-environment")
            .env("PORT", "nonsense")
            .env("HOST", "192.0.2.1")
            .args("--auth-token=of-the-flag", "--port", "0", "--host=127.0.0.1");

    // When
    try (SidecarProcess process = builder.start()) {
      HttpClient client = process.client();

      // Then
      assertThat(client.with("Authorization", "Bearer of-the-flag").get("/kv/exists/a").status())
          .isEqualTo(200);
      assertThat(
              client
                  .with("Authorization", "Bearer of-the-environment")
                  .get("/kv/exists/a")
                  .status())
          .isEqualTo(401);
    }
  }

  @Test
  void withoutATokenOnlyTheLoopbackIsServedAndOneWarningSaysSo() {
    // When
    try (SidecarProcess process = memory().start()) {

      // Then
      assertThat(process.log()).contains("on http://127.0.0.1:");
      assertThat(process.log().lines().filter(line -> line.contains("WARN")))
          .singleElement()
          .asString()
          .contains("127.0.0.1", "SIDECAR_TOKEN", "--no-auth");
    }
  }

  @Test
  void withATokenAllAddressesAreServed() {
    // When
    try (SidecarProcess process = memory().env("SIDECAR_TOKEN", "s3cret").start()) {

      // Then
      assertThat(process.log())
          .contains("on http://0.0.0.0:")
          .doesNotContain("WARN")
          .doesNotContain("s3cret");
    }
  }

  @Test
  void withNoAuthAllAddressesAreServedWithoutAToken() {
    // When
    try (SidecarProcess process = memory().args("--no-auth").start()) {

      // Then
      assertThat(process.log()).contains("on http://0.0.0.0:").doesNotContain("WARN");
      assertThat(process.client().get("/kv/exists/a").status()).isEqualTo(200);
    }
  }

  @Test
  void aHostThatIsGivenIsServedAlsoWithoutAToken() {
    // When
    try (SidecarProcess process = memory().env("HOST", "0.0.0.0").start()) {

      // Then
      assertThat(process.log()).contains("on http://0.0.0.0:");
      assertThat(process.log().lines().filter(line -> line.contains("WARN"))).hasSize(1);
    }
  }

  @Test
  void aSettingOfQuarkusWinsOverOurs() {
    // Given
    int port = Ports.free();
    SidecarProcess.Builder builder =
        memory().env("PORT", Integer.toString(Ports.free())).env("QUARKUS_HTTP_PORT", "" + port);

    // When
    try (SidecarProcess process = builder.start()) {

      // Then
      assertThat(process.port()).isEqualTo(port);
      assertThat(process.client().get("/health").status()).isEqualTo(200);
    }
  }

  @Test
  void theEnvironmentWinsOverTheFilesOfTheFolder(@TempDir Path folder) throws IOException {
    // Given
    SidecarProcess.Builder builder = memory().env("SIDECAR_TOKEN", "of-the-environment");
    Files.writeString(folder.resolve(".env"), "SIDECAR_TOKEN=of-the-folder\nMAX_BODY_SIZE=1K\n");

    // When
    try (SidecarProcess process = builder.folder(folder).start()) {
      HttpClient client = process.client().with("Authorization", "Bearer of-the-environment");

      // Then
      assertThat(client.put("/kv/set/a", new byte[1024]).status()).isEqualTo(200);
      assertThat(client.put("/kv/set/a", new byte[1025]).status()).isEqualTo(413);
    }
  }

  private static SidecarProcess.Builder memory() {
    return SidecarProcess.builder().args("--kv").env("KV_URL", "memory://");
  }
}
