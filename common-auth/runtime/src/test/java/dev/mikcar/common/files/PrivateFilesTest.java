package dev.mikcar.common.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
  @TempDir private Path dir;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void everyFolderThatWasMissingIsOfItsUserOnly() throws IOException {
    // Given
    Path folder = dir.resolve("a/b");

    // When
    PrivateFiles.folder(folder);

    // Then
    assertThat(mode(folder)).isEqualTo("rwx------");
    assertThat(mode(dir.resolve("a"))).isEqualTo("rwx------");
  }

  @Test
  void aFolderThatIsThereKeepsItsMode() throws IOException {
    // Given
    Path folder = Files.createDirectory(dir.resolve("a"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));

    // When
    PrivateFiles.folder(folder);

    // Then
    assertThat(mode(folder)).isEqualTo("rwxr-x---");
  }

  @Test
  void filesAreOfTheirUserOnly() throws IOException {
    // Given
    Path file = dir.resolve("file");
    Path written = dir.resolve("written");

    // When
    PrivateFiles.file(PrivateFiles.file(file));
    try (FileChannel channel =
        PrivateFiles.open(written, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.force(true);
    }

    // Then
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(mode(written)).isEqualTo("rw-------");
  }
}
