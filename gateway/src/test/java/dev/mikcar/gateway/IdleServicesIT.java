package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the start of one service costs for the others: the classes that the JVM has loaded. */
class IdleServicesIT {
  private static final Pattern LOADED = Pattern.compile("] (\\S+) source: ");

  @TempDir private static Path folder;
  private static List<String> classes;
  private static List<String> whenDescribed;

  @BeforeAll
  static void start() throws IOException {
    Path log = folder.resolve("classes.txt");
    try (SidecarProcess kv =
        SidecarProcess.builder()
            .jvm("-Xlog:class+load:file=" + log)
            .args("--kv")
            .env("KV_URL", "memory://")
            .start()
            .awaitReady()) {
      classes = read(log);
      assertThat(kv.client().get("/openapi?format=yaml").status()).isEqualTo(200);
      whenDescribed = read(log);
    }
  }

  private static List<String> read(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .flatMap(line -> LOADED.matcher(line).results().map(found -> found.group(1)))
        .toList();
  }

  @Test
  void theServiceThatRunsIsThere() {
    assertThat(classes).contains("dev.mikcar.kv.http.KvResource", "dev.mikcar.kv.KvBackend");
  }

  @Test
  void noBackendOfAnotherServiceIsTouched() {
    // The routes and the bean of a service are known, as one application has them all.
    assertThat(classes)
        .noneMatch(
            name ->
                name.matches("dev\\.mikcar\\.(storage|sql|queue|secrets|email)\\.[a-z0-9]+\\..*")
                    && !name.matches("dev\\.mikcar\\.[a-z]+\\.(http|store|database)\\..*"));
  }

  @Test
  void noClientIsTouched() {
    assertThat(classes)
        .noneMatch(
            name ->
                name.matches(
                    "(software\\.amazon|com\\.azure|com\\.google\\.(cloud|auth|api)|org\\.graalvm\\.polyglot|"
                        + "org\\.sqlite|jakarta\\.mail|com\\.rabbitmq)\\..*"));
  }

  @Test
  void theDescriptionIsReadWhenSomebodyAsks() {
    assertThat(classes).noneMatch(IdleServicesIT::isOfTheDescription);
    assertThat(whenDescribed).anyMatch(IdleServicesIT::isOfTheDescription);
  }

  private static boolean isOfTheDescription(String name) {
    return name.matches("(io\\.smallrye\\.openapi|com\\.fasterxml\\.jackson\\.dataformat)\\..*");
  }
}
