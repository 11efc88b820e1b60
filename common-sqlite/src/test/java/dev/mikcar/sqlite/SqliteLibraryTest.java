package dev.mikcar.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLibraryTest {
  @TempDir private Path folder;

  @Test
  void isLoadedFromWhereTheBuildUnpackedIt() throws Exception {
    List<Path> before = unpacked();

    SqliteFile.open(folder, Lines.SCHEMA).close();

    assertThat(unpacked()).isEqualTo(before);
    assertThat(Path.of(System.getProperty("org.sqlite.lib.path")))
        .isDirectoryContaining("glob:**sqlitejdbc*");
  }

  /** What sqlite-jdbc leaves when it unpacks the library itself. */
  private static List<Path> unpacked() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(f -> f.getFileName().toString().startsWith("sqlite-")).sorted().toList();
    }
  }
}
