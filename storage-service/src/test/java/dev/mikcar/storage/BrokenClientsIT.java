package dev.mikcar.storage;

import static dev.mikcar.storage.Objects.assertError;
import static dev.mikcar.storage.Objects.get;
import static dev.mikcar.storage.Objects.put;
import static dev.mikcar.storage.Objects.random;
import static dev.mikcar.storage.Objects.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import dev.mikcar.test.SmallDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Callers that vanish, stall or have no patience, and a disk that is full. */
class BrokenClientsIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void aCallerThatVanishesLeavesTheOldObjectAndNoFile() {
    // Given
    try (SidecarProcess sidecar = start("30s")) {
      HttpClient http = sidecar.client();
      put(http, "kept", "old");

      // When
      for (int i = 0; i < 20; i++) {
        try (var connection = http.open()) {
          connection.write(head(1_000_000));
          connection.write(random(10_000 * i));
        }
      }

      // Then
      Path temporary = sidecar.folder().resolve("mikcar-data/storage/tmp");
      Await.until("nothing is left of the uploads", SOON, () -> isEmpty(temporary));
      assertThat(get(http, "kept").text()).isEqualTo("old");
    }
  }

  @Test
  void aCallerThatStallsIsGivenUp() {
    // Given
    try (SidecarProcess sidecar = start("1s");
        var connection = sidecar.client().open()) {
      put(sidecar.client(), "kept", "old");

      // When
      connection.write(head(1_000_000));
      connection.write(random(1000));

      // Then
      assertError(connection.read("PUT"), 408, "REQUEST_TIMEOUT");
      assertThat(get(sidecar.client(), "kept").text()).isEqualTo("old");
    }
  }

  @Test
  void aSlowUploadMayTakeLongerThanARequestMay() throws InterruptedException {
    // Given
    try (SidecarProcess sidecar = start("1s");
        var connection = sidecar.client().open()) {
      // When
      connection.write(head(6));
      for (byte b : "slowly".getBytes(StandardCharsets.US_ASCII)) {
        // The time that passes is what is tested.
        Thread.sleep(500);
        connection.write(new byte[] {b});
      }

      // Then
      assertThat(connection.read("PUT").status()).isEqualTo(201);
      assertThat(get(sidecar.client(), "kept").text()).isEqualTo("slowly");
    }
  }

  @Test
  void aCallerThatReadsNothingIsGivenUp() {
    // Given
    try (SidecarProcess sidecar = start("1s")) {
      assertThat(sidecar.client().put(route("large"), new byte[64 << 20]).status()).isEqualTo(201);
      try (var connection = sidecar.client().open()) {

        // When
        connection.write(
            "GET /storage/object/large HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));

        // Then
        sidecar.awaitLog("was not sent whole");
        assertThat(get(sidecar.client(), "large").body()).hasSize(64 << 20);
      }
    }
  }

  @Test
  void aFullDiskIsSaidAndTheOldObjectStays() throws IOException {
    // Given
    try (SmallDisk disk = SmallDisk.ofMebibytes(32);
        SidecarProcess sidecar =
            SidecarProcess.builder()
                .env("MIKCAR_DATA", disk.path().toString())
                .start()
                .awaitReady()) {
      put(sidecar.client(), "kept", "old");

      // When
      Response refused = sidecar.client().put(route("kept"), new byte[40 << 20]);

      // Then
      assertError(refused, 503, "BACKEND_UNAVAILABLE");
      assertThat(refused.header("Retry-After")).isPresent();
      assertThat(get(sidecar.client(), "kept").text()).isEqualTo("old");
      assertThat(sidecar.client().put(route("fits"), new byte[1 << 20]).status()).isEqualTo(201);
      assertThat(isEmpty(disk.path().resolve("storage/tmp"))).isTrue();
    }
  }

  private static SidecarProcess start(String timeout) {
    return SidecarProcess.builder().env("REQUEST_TIMEOUT", timeout).start().awaitReady();
  }

  private static byte[] head(int length) {
    return ("PUT /storage/object/kept HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + length
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
