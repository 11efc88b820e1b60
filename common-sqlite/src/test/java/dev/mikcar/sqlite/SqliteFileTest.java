package dev.mikcar.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

class SqliteFileTest {
  @TempDir private Path folder;

  @Test
  void onlyItsUserMayLookIntoIt() throws Exception {
    Path data = folder.resolve("a/b");
    try (SqliteFile file = SqliteFile.open(data, Lines.SCHEMA);
        SqliteWriter<Lines> writer = new SqliteWriter<>("test", file, Lines::new)) {

      writer.submit(lines -> lines.put(1, new byte[1]), 1, Space.TAKES).join();

      assertThat(mode(data)).isEqualTo("rwx------");
      assertThat(mode(folder.resolve("a"))).isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(data)) {
        assertThat(files.toList())
            .hasSizeGreaterThanOrEqualTo(5)
            .allSatisfy(f -> assertThat(mode(f)).as("%s", f).isEqualTo("rw-------"));
      }
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void canGiveBackItsPages() throws Exception {
    try (SqliteFile file = SqliteFile.open(folder, Lines.SCHEMA);
        Connection connection = file.connect();
        Statement statement = connection.createStatement();
        ResultSet mode = statement.executeQuery("PRAGMA auto_vacuum")) {
      assertThat(mode.getInt(1)).as("2 is incremental").isEqualTo(2);
    }
  }

  @Test
  void belongsToOneAtATime() throws Exception {
    try (SqliteFile _ = SqliteFile.open(folder, Lines.SCHEMA)) {
      assertThatThrownBy(() -> SqliteFile.open(folder, Lines.SCHEMA))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another process");
    }
    SqliteFile.open(folder, Lines.SCHEMA).close();
  }

  @Test
  void leadsAnOlderFileToTheNewestVersion() throws Exception {
    SqliteFile.open(folder, Lines.SCHEMA).close();
    List<List<String>> versions =
        List.of(
            Lines.SCHEMA.versions().getFirst(),
            List.of(
                "ALTER TABLE line ADD COLUMN note TEXT", "CREATE INDEX by_note ON line (note)"));
    Schema newer = new Schema(Lines.SCHEMA.file(), Lines.SCHEMA.application(), versions);

    try (SqliteFile file = SqliteFile.open(folder, newer);
        Connection connection = file.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(note) FROM line")) {
      assertThat(rows.getInt(1)).isZero();
    }

    assertThatThrownBy(() -> SqliteFile.open(folder, Lines.SCHEMA))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("newer");
  }

  @Test
  void leavesTheDatabasesOfOthersAlone() throws Exception {
    Path theirs = folder.resolve(Lines.SCHEMA.file());
    try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite:" + theirs);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA application_id = 4711");
      statement.executeUpdate("CREATE TABLE theirs (x)");
    }

    assertThatThrownBy(() -> SqliteFile.open(folder, Lines.SCHEMA))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("another application");
  }
}
