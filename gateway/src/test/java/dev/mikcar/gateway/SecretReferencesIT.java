package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that are {@code secret://name#field}. */
class SecretReferencesIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path folder;

  private SidecarProcess.Builder sql(String url) {
    return SidecarProcess.builder()
        .args("--sql")
        .env("SECRETS_URL", "file://" + folder)
        .env("SECRETS_WATCH_INTERVAL", "200ms")
        .env("DATABASE_URL", url);
  }

  private void write(String name, String value) throws IOException {
    Files.writeString(folder.resolve(name), value);
  }

  private static int query(HttpClient client, String sql) {
    return client
        .with("Content-Type", "application/json")
        .post("/sql/query", "{\"sql\":\"" + sql + "\"}")
        .status();
  }

  @Test
  void aSettingIsTheFieldOfASecretAndConnectionsAreMadeAnewWhenItRotates() throws IOException {
    // Given
    write("db", "{\"url\":\"sqlite://first.db\"}");
    try (SidecarProcess process = sql("secret://db#url").start().awaitReady()) {
      HttpClient client = process.client();
      assertThat(query(client, "CREATE TABLE t (a int)")).isEqualTo(200);
      assertThat(query(client, "SELECT * FROM t")).isEqualTo(200);

      // When
      write("db", "{\"url\":\"sqlite://second.db\"}");

      // Then
      Await.until("another database answers", SOON, () -> query(client, "SELECT * FROM t") == 400);
      assertThat(process.folder().resolve("second.db")).exists();
      assertThat(process.log())
          .contains("A secret has changed: the backend of sql is opened anew")
          .doesNotContain("second.db");
    }
  }

  @Test
  void aReferenceInBracesIsAPartOfASetting() throws IOException {
    // Given
    write("name", "in braces\n");

    // When
    try (SidecarProcess process = sql("sqlite://{secret://name}.db").start().awaitReady()) {
      // Then
      assertThat(query(process.client(), "SELECT 1")).isEqualTo(200);
      assertThat(process.folder().resolve("in braces.db")).exists();
    }
  }

  @Test
  void theTokenMayBeASecret() throws IOException {
    // Given
    write("token", "correct-horse");

    // When
    try (SidecarProcess process =
        sql("sqlite::memory:").env("SIDECAR_TOKEN", "secret://token").start()) {
      // Then
      assertThat(query(process.client(), "SELECT 1")).isEqualTo(401);
      assertThat(query(process.client().with("Authorization", "Bearer correct-horse"), "SELECT 1"))
          .isEqualTo(200);
    }
  }

  @Test
  void aSecretThatIsMissingStopsTheStartWithOneLine() {
    // When
    SidecarProcess.Exit exit = sql("secret://nosuch#url").run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err().strip())
        .isEqualTo(
            "mikcar: DATABASE_URL: there is no secret nosuch; accepted: secret://name or"
                + " secret://name#field of a secret");
  }

  @Test
  void aFieldThatIsMissingStopsTheStartAndNothingIsShown() throws IOException {
    // Given
    write("db", "{\"password\":\"M4RKER\"}");

    // When
    SidecarProcess.Exit exit = sql("secret://db#url").run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err().strip().lines()).hasSize(1);
    assertThat(exit.err() + exit.out())
        .contains("DATABASE_URL", "secret db", "url")
        .doesNotContain("M4RKER");
  }

  @Test
  void aStoreThatIsDownDoesNotStopTheStart() throws IOException {
    // Given
    Path later = folder.resolve("later");
    try (SidecarProcess process =
        sql("secret://db").env("SECRETS_URL", "file://" + later).start()) {
      assertThat(query(process.client(), "SELECT 1")).isEqualTo(503);

      // When
      Files.createDirectory(later);
      Files.writeString(later.resolve("db"), "sqlite::memory:");

      // Then
      process.awaitReady();
      assertThat(query(process.client(), "SELECT 1")).isEqualTo(200);
    }
  }
}
