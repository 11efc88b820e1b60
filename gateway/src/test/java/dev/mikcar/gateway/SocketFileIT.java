package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the unix socket, and who may use it. */
class SocketFileIT {
  private static final Duration START = Duration.ofSeconds(60);

  @Test
  void isNeverOpenToOthersWhateverTheUmask(@TempDir Path folder) {
    // Given
    Path socket = folder.resolve("m.sock");
    Set<String> modes = new TreeSet<>();

    // When
    CompletableFuture<SidecarProcess> starting =
        CompletableFuture.supplyAsync(() -> withSocket(socket).umask("000").start());
    Await.until(
        "the process serves",
        START,
        () -> {
          // As often as can be, between two looks of the waiting.
          for (int i = 0; i < 5_000; i++) {
            reachable(folder).forEach(modes::add);
          }
          return starting.isDone();
        });

    // Then
    try (SidecarProcess process = starting.join()) {
      assertThat(process.unixClient().get("/health").status()).isEqualTo(200);
      assertThat(modes).containsExactly("m.sock rw-rw----");
      assertThat(folder).isDirectoryNotContaining(f -> !f.equals(socket));
    }
  }

  /** Names and modes of what others would find in the folder, without what they may not enter. */
  private static Stream<String> reachable(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(SocketFileIT::modeOf)
          .filter(mode -> !mode.endsWith("rwx------") && !mode.isEmpty())
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String modeOf(Path file) {
    try {
      return file.getFileName()
          + " "
          + PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (NoSuchFileException e) {
      return ""; // Gone since.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void ofAnotherProcessThatTookThePathSinceStays(@TempDir Path folder) throws IOException {
    // Given
    Path socket = folder.resolve("m.sock");
    try (SidecarProcess first = withSocket(socket).start()) {
      Files.delete(socket);
      try (SidecarProcess second = withSocket(socket).start()) {

        // When
        int code = first.terminate();

        // Then
        assertThat(code).isZero();
        assertThat(second.unixClient().get("/health").status()).isEqualTo(200);
      }
    }
  }

  private static SidecarProcess.Builder withSocket(Path socket) {
    return SidecarProcess.builder()
        .args("--kv")
        .env("KV_URL", "memory://")
        .env("MIKCAR_SOCKET", socket.toString());
  }
}
