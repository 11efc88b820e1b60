package dev.mikcar.sql.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.SqlDatabaseContract;
import dev.mikcar.sql.database.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteFileTest extends SqlDatabaseContract {
  @TempDir private Path folder;

  @Override
  protected SqlDatabase open() {
    return SqliteDatabase.inFile(file(), 2, Duration.ofSeconds(5));
  }

  private Path file() {
    return folder.resolve("new/sql.db");
  }

  @Test
  void doesNotWriteToAFileThatNobodyFindsAgain() throws IOException {
    try (SqlDatabase database = open()) {
      write(database, Duration.ofSeconds(10));
      Files.move(file(), folder.resolve("elsewhere"));

      assertThatThrownBy(() -> write(database, Duration.ofSeconds(10)))
          .isInstanceOf(ApiException.BackendUnavailable.class)
          .hasMessageContaining("removed or replaced");
      assertThatThrownBy(() -> database.ping().await().atMost(Duration.ofSeconds(10)))
          .isInstanceOf(ApiException.BackendUnavailable.class);
    }
  }

  @Test
  void waitsForAnotherProcessNoLongerThanThereIsTime() throws SQLException {
    try (SqlDatabase database = open()) {
      write(database, Duration.ofSeconds(10));
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file())) {
        other.createStatement().execute("BEGIN EXCLUSIVE");
        long begin = System.nanoTime();

        assertThatThrownBy(() -> write(database, Duration.ofMillis(300)))
            .isInstanceOf(ApiException.BackendTimeout.class);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
      }
      write(database, Duration.ofSeconds(10));
    }
  }

  private static void write(SqlDatabase database, Duration time) {
    database
        .run(
            new Statement("CREATE TABLE IF NOT EXISTS u AS SELECT 1 AS x", List.of()),
            Options.internal(time))
        .await()
        .atMost(Duration.ofSeconds(20));
  }
}
