package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A client in TypeScript whose types <a href="https://openapi-ts.dev">openapi-typescript</a> makes
 * of the document: it compiles, and stores a value.
 */
class GeneratedClientIT {
  private static final Path FOLDER = Path.of("target/openapi-client");
  private static final Path SOURCES = Path.of("src/test/openapi-client");
  private static final String TOKEN = "correct-horse";
  private static final long MINUTES = 3;

  @Test
  void aGeneratedClientCompilesAndStoresAValue() throws Exception {
    // Given
    Files.copy(
        SOURCES.resolve("client.ts"),
        installed().resolve("client.ts"),
        StandardCopyOption.REPLACE_EXISTING);
    try (SidecarProcess process =
        SidecarProcess.builder()
            .args("--all")
            .env("SIDECAR_TOKEN", TOKEN)
            .env("HOST", "127.0.0.1")
            .env("STORAGE_URL", "memory://")
            .env("KV_URL", "memory://")
            .env("DATABASE_URL", "sqlite::memory:")
            .start()
            .awaitReady()) {
      String address = "http://127.0.0.1:" + process.port();
      Files.write(
          FOLDER.resolve("openapi.json"),
          process.client().with("Authorization", "Bearer " + TOKEN).get("/openapi").body());

      // When
      run("node_modules/.bin/openapi-typescript", "openapi.json", "--output", "mikcar.ts");
      run(
          "node_modules/.bin/tsc",
          "--strict",
          "--module",
          "nodenext",
          "--target",
          "es2022",
          "client.ts");
      String said = run("node", "client.js", address, TOKEN);

      // Then
      assertThat(said.strip())
          .isEqualTo(
              "{\"status\":\"ok\",\"value\":\"milk, bread\",\"row_count\":1,\"size\":5,"
                  + "\"mistake\":\"BAD_REQUEST\"}");
      assertThat(
              process
                  .client()
                  .with("Authorization", "Bearer " + TOKEN)
                  .get("/kv/get/from%20a/generated%20client")
                  .text())
          .isEqualTo("milk, bread");
    }
  }

  private static Path installed() {
    if (!Files.exists(FOLDER.resolve("node_modules/.bin/openapi-typescript"))) {
      throw new AssertionError(
          FOLDER.toAbsolutePath()
              + " is empty: ./verify fills it; so does, in gateway, mkdir -p "
              + FOLDER
              + " && cp "
              + SOURCES
              + "/* "
              + FOLDER
              + " && npm ci --prefix "
              + FOLDER);
    }
    return FOLDER;
  }

  /** What a command said; fails when it failed. */
  private static String run(String... command) throws IOException, InterruptedException {
    Path output = FOLDER.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
      String said = Files.readString(output);
      assertThat(ended).as("%s ends: %s", String.join(" ", command), said).isTrue();
      assertThat(process.exitValue()).as("%s: %s", String.join(" ", command), said).isZero();
      return said;
    } finally {
      process.destroyForcibly();
    }
  }
}
