package dev.mikcar.sql.sqlite;

import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.SqlDatabaseContract;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class SqliteFileTest extends SqlDatabaseContract {
  @TempDir private Path folder;

  @Override
  protected SqlDatabase open() {
    return SqliteDatabase.inFile(folder.resolve("new/sql.db"), 2, Duration.ofSeconds(5));
  }
}
