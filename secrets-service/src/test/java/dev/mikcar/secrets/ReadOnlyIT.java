package dev.mikcar.secrets;

import static dev.mikcar.secrets.Wires.checkError;
import static dev.mikcar.secrets.Wires.field;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that others write: the environment, and a folder as Kubernetes mounts it. */
class ReadOnlyIT {
  @Test
  void theEnvironmentIsTheStoreWhenNothingIsSet() {
    try (SidecarProcess process =
        SidecarProcess.builder()
            .env("SECRET_DB__READ___ONLY", "v4lue")
            .env("OTHER", "no secret")
            .start()
            .awaitReady()) {
      // Given
      Wires wire = new Wires(process.client());

      // When
      Response found = wire.get("db/read-only");
      Response list = wire.send("GET", "/secrets/list", Map.of());
      Response written = wire.put("db/read-only", "{\"value\":\"x\"}");

      // Then
      assertThat(found.text()).isEqualTo("{\"value\":\"v4lue\",\"version\":\"1\",\"labels\":{}}");
      assertThat(list.text())
          .isEqualTo(
              "{\"secrets\":[{\"name\":\"db/read-only\",\"version\":\"1\"}],\"count\":1,"
                  + "\"prefix\":\"\"}");
      checkError(written, 405, "METHOD_NOT_ALLOWED");
      assertThat(written.header("Allow")).contains("GET, HEAD");
      checkError(wire.post("secret/other", "{\"value\":\"x\"}"), 405, "METHOD_NOT_ALLOWED");
      checkError(wire.delete("db/read-only"), 405, "METHOD_NOT_ALLOWED");
      checkError(wire.get("Db"), 400, "BAD_REQUEST");
      checkError(wire.get("other"), 404, "NOT_FOUND");
    }
  }

  /** As kubelet does it: files are links into ..data, which is replaced in one step. */
  @Test
  void aMountedFolderIsFollowedThroughItsSwitch(@TempDir Path folder) throws IOException {
    publish(folder, "..2026_1", "old");
    Files.createSymbolicLink(folder.resolve("password"), Path.of("..data/password"));
    Path outside = Files.writeString(folder.resolveSibling("outside"), "no secret");
    Files.createSymbolicLink(folder.resolve("leak"), outside);
    try (SidecarProcess process =
        SidecarProcess.builder().env("SECRETS_URL", "file://" + folder).start().awaitReady()) {
      // Given
      Wires wire = new Wires(process.client());
      Response old = wire.get("password");
      Response leak = wire.get("leak");
      Response list = wire.send("GET", "/secrets/list", Map.of());

      // When
      publish(folder, "..2026_2", "new");

      // Then
      assertThat(field(old, "value")).isEqualTo("old");
      checkError(leak, 404, "NOT_FOUND");
      checkError(wire.get("..data/password"), 404, "NOT_FOUND");
      assertThat(list.text()).contains("\"count\":1").contains("{\"name\":\"password\"");
      Await.until(
          "the kept value is replaced",
          Duration.ofSeconds(20),
          () -> field(wire.get("password"), "value").equals("new"));
      checkError(wire.put("password", "{\"value\":\"x\"}"), 405, "METHOD_NOT_ALLOWED");
    } finally {
      Files.delete(outside);
    }
  }

  private static void publish(Path folder, String version, String value) throws IOException {
    Path data = Files.createDirectory(folder.resolve(version));
    Files.writeString(data.resolve("password"), value);
    Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of(version));
    Files.move(
        link,
        folder.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aFolderThatIsNotThereIsAnOutage() {
    try (SidecarProcess process =
        SidecarProcess.builder().env("SECRETS_URL", "file://missing").start()) {
      // Given
      Wires wire = new Wires(process.client());

      // When
      Response answer = wire.get("a");
      Response ready = process.client().get("/health/ready");

      // Then
      checkError(answer, 503, "BACKEND_UNAVAILABLE");
      assertThat(answer.header("Retry-After")).isPresent();
      assertThat(ready.status()).isEqualTo(503);
    }
  }
}
