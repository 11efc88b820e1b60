package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one request leaves to the next: its data, nothing else. */
abstract class SessionContract extends WireContract {
  @Test
  void aTemporaryTableEndsWithItsBatch() {
    String t = fresh();
    String create = "{\"sql\":\"CREATE TEMPORARY TABLE " + t + " (a int)\"}";
    String insert = "{\"sql\":\"INSERT INTO " + t + " VALUES (1)\"}";

    Response batch = json().post("/sql/batch", "{\"statements\":[" + create + "," + insert + "]}");

    assertThat(batch.text()).contains("\"total_rows_affected\":1");
    assertError(execute(insert), 400, "SQL_ERROR");
  }

  @Test
  void aTemporaryTableHidesNoOther() {
    String t = fresh();
    given("CREATE TABLE " + t + " (a int)");
    given("INSERT INTO " + t + " VALUES (7)");

    given("CREATE TEMP TABLE " + t + " (b int)");

    assertThat(rows("SELECT * FROM " + t)).isEqualTo("[{\"a\":7}]");
    assertThat(execute("{\"sql\":\"DELETE FROM " + t + "\"}").text())
        .isEqualTo("{\"rows_affected\":1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COMMIT",
        "/* x */ commit",
        "/* /* */ SELECT */ COMMIT",
        "/* /* */ COMMIT",
        "--\rCOMMIT AND --\n CHAIN",
        ";COMMIT",
        "(COMMIT)",
        "SELECT 1; COMMIT",
        "SAVEPOINT x",
        "ROLLBACK",
        "END"
      })
  void noStatementOfABatchEndsItsTransaction(String evil) {
    String t = fresh();
    given("CREATE TABLE " + t + " (a int)");

    Response answer =
        json()
            .post(
                "/sql/batch",
                "{\"statements\":[{\"sql\":\"INSERT INTO "
                    + t
                    + " VALUES (1)\"},{\"sql\":"
                    + quoted(evil).replace("\r", "\\r")
                    + "}]}");

    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(rows("SELECT * FROM " + t)).isEqualTo("[]");
  }

  @Test
  void aSecondStatementIsRefusedNotDropped() {
    String t = fresh();

    Response answer =
        execute("{\"sql\":\"CREATE TABLE " + t + " (a int); CREATE TABLE " + t + "b (a int)\"}");

    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertError(query("{\"sql\":\"SELECT * FROM " + t + "\"}"), 400, "SQL_ERROR");
  }

  @Test
  void tablesMayChangeUnderPreparedStatements() {
    String t = fresh();
    given("CREATE TABLE " + t + " (a int)");
    given("INSERT INTO " + t + " VALUES (1)");
    rows("SELECT * FROM " + t);

    Response script =
        script(
            "sql.query('SELECT * FROM "
                + t
                + "'); sql.execute('ALTER TABLE "
                + t
                + " ADD COLUMN b int DEFAULT 2'); return sql.query('SELECT * FROM "
                + t
                + "')");

    assertThat(script.text()).startsWith("{\"result\":[{\"a\":1,\"b\":2}]");
    for (int i = 0; i < 10; i++) {
      assertThat(rows("SELECT * FROM " + t)).isEqualTo("[{\"a\":1,\"b\":2}]");
    }
  }
}
