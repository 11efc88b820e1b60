package dev.mikcar.sql.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.test.SmallDisk;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk of 24 MiB that others fill, and empty again. */
class SqliteFullDiskTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int MOST = 1000;

  private SmallDisk disk;
  private SqlDatabase database;

  @BeforeEach
  void mount() {
    disk = SmallDisk.ofMebibytes(24);
    database = SqliteDatabase.inFile(disk.path().resolve("sql.db"), 2, Duration.ofSeconds(5));
    run("CREATE TABLE t (b)");
  }

  @AfterEach
  void unmount() {
    database.close();
    disk.close();
  }

  private Result run(String sql) {
    return database
        .run(new Statement(sql, List.of()), Options.internal(Duration.ofSeconds(20)))
        .await()
        .atMost(LIMIT);
  }

  private void insert() {
    run("INSERT INTO t VALUES (zeroblob(100000))");
  }

  /** How many were answered before it. */
  private int insertUntilRefused() {
    for (int i = 0; i < MOST; i++) {
      try {
        insert();
      } catch (ApiException e) {
        assertThat(e.status()).isEqualTo(503);
        assertThat(e).hasMessageContaining("disk is full");
        return i;
      }
    }
    throw new AssertionError("The disk took " + MOST + " rows");
  }

  private long rows() {
    return ((Cell.Int) run("SELECT count(*) FROM t").rows().getFirst().getFirst()).value();
  }

  @Test
  void itIsSaidAndWhatWasAnsweredIsThere() {
    insert();
    disk.fill();

    int answered = insertUntilRefused();

    assertThat(rows()).isEqualTo(1 + answered);
    assertThat(run("PRAGMA integrity_check").rows()).containsExactly(List.of(new Cell.Text("ok")));
  }

  @Test
  void writesWorkByThemselvesWhenThereIsRoomAgain() {
    disk.fill();
    int answered = insertUntilRefused();
    disk.free();

    insert();
    run("DELETE FROM t WHERE rowid = (SELECT max(rowid) FROM t)");

    assertThat(rows()).isEqualTo(answered);
  }
}
