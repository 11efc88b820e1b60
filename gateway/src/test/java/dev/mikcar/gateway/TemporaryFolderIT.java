package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import dev.mikcar.test.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process needs of the temporary folder, and leaves there. */
class TemporaryFolderIT {
  @Test
  void whereNothingMayBeExecutedAllWorks(@TempDir Path folder) {
    // Given
    try (SmallDisk disk = SmallDisk.ofMebibytes(32)) {
      disk.noExec();
      try (SidecarProcess process = withAll(folder, disk.path()).start().awaitReady()) {

        // When
        int set = process.unixClient().put("/kv/set/a", "value").status();
        String rows =
            process
                .unixClient()
                .with("Content-Type", "application/json")
                .post("/sql/query", "{\"sql\":\"SELECT 1 AS one\"}")
                .text();

        // Then
        assertThat(set).isEqualTo(200);
        assertThat(rows).contains("\"one\":1");
      }
    }
  }

  @Test
  void nothingIsLeftInIt(@TempDir Path folder, @TempDir Path temporary) {
    // Given
    try (SidecarProcess process = withAll(folder, temporary).start().awaitReady()) {
      process.unixClient().put("/kv/set/a", "value");

      // When
      int code = process.terminate();

      // Then
      assertThat(code).isZero();
      assertThat(temporary).isDirectoryNotContaining(Files::isRegularFile);
    }
  }

  private static SidecarProcess.Builder withAll(Path folder, Path temporary) {
    return SidecarProcess.builder()
        .args("--kv", "--sql", "--socket", folder.resolve("m.sock").toString())
        .jvm("-Djava.io.tmpdir=" + temporary);
  }
}
