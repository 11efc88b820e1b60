package dev.mikcar.sql.sqlite;

import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.SqlDatabaseContract;
import java.time.Duration;

class SqliteMemoryTest extends SqlDatabaseContract {
  @Override
  protected SqlDatabase open() {
    return SqliteDatabase.inMemory(Duration.ofSeconds(5));
  }

  @Override
  protected int atOnce() {
    return 1;
  }
}
