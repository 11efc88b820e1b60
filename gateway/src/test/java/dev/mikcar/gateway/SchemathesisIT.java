package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody else's tool reads the OpenAPI document and asks for everything it allows and forbids:
 * all checks and phases of <a href="https://schemathesis.io">schemathesis</a>, on all services that
 * run on embedded backends. Every answer has to be one that the document has.
 */
class SchemathesisIT {
  private static final Path FOLDER = Path.of("target/schemathesis");
  private static final Path SOURCES = Path.of("src/test/schemathesis");
  private static final String TOKEN = "correct-horse";

  /** How long it looks; longer finds more. */
  private static final int SECONDS = Integer.getInteger("mikcar.schemathesis.seconds", 60);

  /** What its random values begin with. */
  private static final int SEED = Integer.getInteger("mikcar.schemathesis.seed", 1);

  @Test
  void theDocumentIsTrue(@TempDir Path work) throws Exception {
    // Given
    try (SidecarProcess process =
        SidecarProcess.builder()
            .args("--all")
            .env("SIDECAR_TOKEN", TOKEN)
            .env("HOST", "127.0.0.1")
            .env("STORAGE_URL", "memory://")
            .env("KV_URL", "memory://")
            .env("DATABASE_URL", "sqlite::memory:")
            .env("QUEUE_URL", "memory://")
            .env("SECRETS_URL", "memory://")
            .env("EMAIL_URL", "memory://")
            .start()
            .awaitReady()) {

      // When
      int exit = run(work, "http://127.0.0.1:" + process.port());

      // Then
      String report = Files.readString(work.resolve("report.txt"));
      assertThat(exit).as("%s\n%s", report, process.log()).isZero();
      assertThat(report).contains("Fuzzing", "Stateful").doesNotContain("not applicable");
      assertThat(process.isAlive()).isTrue();
      assertThat(process.log()).doesNotContain(" ERROR ");
    }
  }

  /**
   * Runs it.
   *
   * @return its exit code: zero when there was no failure
   */
  private static int run(Path work, String address) throws IOException, InterruptedException {
    Path program = FOLDER.resolve("bin/schemathesis").toAbsolutePath();
    if (!Files.exists(program)) {
      throw new AssertionError(
          program
              + " is missing: ./verify installs it; so does, in gateway, python3 -m venv "
              + FOLDER
              + " && "
              + FOLDER
              + "/bin/pip install -r "
              + SOURCES
              + "/requirements.txt");
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                program.toString(),
                "--config-file",
                SOURCES.resolve("schemathesis.toml").toAbsolutePath().toString(),
                "run",
                address + "/openapi",
                "--header",
                "Authorization: Bearer " + TOKEN,
                // Answers without an end, which it would read to the end.
                "--exclude-path-regex",
                "^/(queue/stream|secrets/watch)/",
                "--checks",
                "all",
                "--phases",
                "examples,coverage,fuzzing,stateful",
                "--max-time",
                Integer.toString(SECONDS),
                "--seed",
                Integer.toString(SEED),
                "--no-color")
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("report.txt").toFile());
    Process process = builder.start();
    try {
      if (!process.waitFor(SECONDS + 240L, TimeUnit.SECONDS)) {
        throw new AssertionError(
            "schemathesis does not end:\n" + Files.readString(work.resolve("report.txt")));
      }
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
