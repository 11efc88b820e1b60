package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Query, execute and batch, with every option. */
abstract class StatementContract extends WireContract {
  private String table(String columns) {
    String table = fresh();
    given("CREATE TABLE " + table + " (" + columns + ")");
    return table;
  }

  @Test
  void aQueryGivesItsRowsInOrder() {
    Response answer = query("{\"sql\":\"SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL\"}");

    assertThat(answer.text())
        .isEqualTo("{\"rows\":[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":null}],\"row_count\":2}");
  }

  @Test
  void placeholdersComeInAnyOrderAndRepeated() {
    Response answer =
        query(
            "{\"sql\":\"SELECT CAST($2 AS text) AS a, CAST($1 AS text) AS b,"
                + " CAST($2 AS text) AS c, '$1' AS d\",\"params\":[\"x\",\"y\"]}");

    assertThat(answer.text())
        .startsWith("{\"rows\":[{\"a\":\"y\",\"b\":\"x\",\"c\":\"y\",\"d\":\"$1\"}]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[1,2]"})
  void aWrongNumberOfParametersIsSaid(String params) {
    Response answer = query("{\"sql\":\"SELECT CAST($1 AS int)\",\"params\":" + params + "}");

    assertError(answer, 400, "BAD_REQUEST");
    assertThat(answer.text()).contains("the statement has 1 parameters");
  }

  @Test
  void returningIsAQuery() {
    String t = table("id int PRIMARY KEY, n text");

    Response answer =
        query(
            "{\"sql\":\"INSERT INTO "
                + t
                + " VALUES ($1, $2) RETURNING id, n\",\"params\":[7,\"x\"]}");

    assertThat(answer.text()).isEqualTo("{\"rows\":[{\"id\":7,\"n\":\"x\"}],\"row_count\":1}");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":1}]");
  }

  @Test
  void executeCountsWhatItChanged() {
    String t = table("id int PRIMARY KEY, n int");
    given("INSERT INTO " + t + " VALUES (1, 1), (2, 1), (3, 2)");

    Response answer =
        execute("{\"sql\":\"UPDATE " + t + " SET n = 5 WHERE n = $1\",\"params\":[1]}");

    assertThat(answer.text()).isEqualTo("{\"rows_affected\":2}");
  }

  @Test
  void aBatchIsOneTransaction() {
    String t = table("id int PRIMARY KEY");

    Response failed =
        json()
            .post(
                "/sql/batch",
                "{\"statements\":[{\"sql\":\"INSERT INTO "
                    + t
                    + " VALUES (1)\"},{\"sql\":\"INSERT INTO "
                    + t
                    + " VALUES (1)\"}]}");

    assertError(failed, 409, "CONSTRAINT_VIOLATION");
    assertThat(failed.text()).contains("\"sqlstate\":\"23505\"");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":0}]");
  }

  @Test
  void aBatchSumsUp() {
    String t = table("id int PRIMARY KEY");

    Response answer =
        json()
            .post(
                "/sql/batch",
                "{\"statements\":[{\"sql\":\"INSERT INTO "
                    + t
                    + " VALUES ($1)\",\"params\":[1]},{\"sql\":\"INSERT INTO "
                    + t
                    + " VALUES ($1)\",\"params\":[2]},{\"sql\":\"UPDATE "
                    + t
                    + " SET id = id + 10\"}]}");

    assertThat(answer.text())
        .isEqualTo("{\"status\":\"ok\",\"statements_executed\":3,\"total_rows_affected\":4}");
  }

  @Test
  void anEmptyBatchIsNoWork() {
    assertThat(json().post("/sql/batch", "{\"statements\":[]}").text())
        .isEqualTo("{\"status\":\"ok\",\"statements_executed\":0,\"total_rows_affected\":0}");
  }

  @Test
  void aBatchMayUseWhatItMakes() {
    String t = fresh();

    Response answer =
        json()
            .post(
                "/sql/batch",
                "{\"statements\":[{\"sql\":\"CREATE TABLE "
                    + t
                    + " (id int)\"},{\"sql\":\"INSERT INTO "
                    + t
                    + " VALUES (1)\"}]}");

    assertThat(answer.text()).contains("\"total_rows_affected\":1");
  }

  @Test
  void moreRowsThanMaxRowsAreRefused() {
    String t = table("id int");
    given("INSERT INTO " + t + " VALUES (1), (2), (3)");

    Response answer = query("{\"sql\":\"SELECT * FROM " + t + "\",\"max_rows\":2}");

    assertError(answer, 413, "RESULT_TOO_LARGE");
    assertThat(query("{\"sql\":\"SELECT * FROM " + t + "\",\"max_rows\":3}").status())
        .isEqualTo(200);
  }

  @Test
  void aChangeWhoseResultIsTooLargeIsUndone() {
    String t = table("id int");

    Response answer =
        query("{\"sql\":\"INSERT INTO " + t + " VALUES (1), (2) RETURNING id\",\"max_rows\":1}");

    assertError(answer, 413, "RESULT_TOO_LARGE");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":0}]");
  }

  @Test
  void tenThousandRowsAreGivenAndOneMoreIsNot() {
    String t = table("id int");
    given(
        "INSERT INTO "
            + t
            + " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 10000) SELECT i FROM n");

    Response all = query("{\"sql\":\"SELECT id FROM " + t + "\"}");
    given("INSERT INTO " + t + " VALUES (0)");
    Response more = query("{\"sql\":\"SELECT id FROM " + t + "\"}");

    assertThat(all.text()).endsWith(",\"row_count\":10000}");
    assertError(more, 413, "RESULT_TOO_LARGE");
  }

  @Test
  void readOnlyRefusesAWrite() {
    String t = table("id int");

    Response answer = execute("{\"sql\":\"INSERT INTO " + t + " VALUES (1)\",\"read_only\":true}");

    assertError(answer, 403, "FORBIDDEN");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":0}]");
    given("INSERT INTO " + t + " VALUES (1)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"read_committed", "repeatable_read", "serializable"})
  void everyIsolationLevelIsTaken(String level) {
    Response answer = query("{\"sql\":\"SELECT 1 AS a\",\"isolation\":\"" + level + "\"}");

    assertThat(answer.text()).isEqualTo("{\"rows\":[{\"a\":1}],\"row_count\":1}");
  }

  @Test
  void fieldsNameColumnsAndTypes() {
    String t = table("id int PRIMARY KEY, n text");

    Response answer = query("{\"sql\":\"SELECT id, n FROM " + t + "\",\"fields\":true}");

    assertThat(answer.text())
        .contains(
            "\"fields\":[{\"name\":\"id\",\"type\":\"int", "\"name\":\"n\",\"type\":\"text\"");
  }

  @Test
  void rowsCanBeArrays() {
    Response answer = query("{\"sql\":\"SELECT 1 AS a, 2 AS a\",\"row_mode\":\"array\"}");

    assertThat(answer.text()).isEqualTo("{\"rows\":[[1,2]],\"row_count\":1}");
  }

  @Test
  void twoColumnsOfOneNameAreRefusedBeforeAnythingHappens() {
    String t = table("id int");

    Response answer =
        query("{\"sql\":\"INSERT INTO " + t + " VALUES (1) RETURNING id, id AS id\"}");

    assertError(answer, 400, "BAD_REQUEST");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":0}]");
  }

  @Test
  void largeIntegersAreStrings() {
    assertThat(
            rows(
                "SELECT 9007199254740992 AS a, 9007199254740993 AS b, -9007199254740993 AS c,"
                    + " -9007199254740992 AS d"))
        .isEqualTo(
            "[{\"a\":9007199254740992,\"b\":\"9007199254740993\",\"c\":\"-9007199254740993\","
                + "\"d\":-9007199254740992}]");
  }

  @Test
  void bytesGoInAndComeBackAsBase64() {
    String t = table("b " + (isPostgres() ? "bytea" : "blob"));

    Response answer =
        query(
            "{\"sql\":\"INSERT INTO "
                + t
                + " VALUES ($1) RETURNING b\","
                + "\"params\":[{\"$bytes\":\"AP9h\"}]}");

    assertThat(answer.text()).startsWith("{\"rows\":[{\"b\":\"AP9h\"}]");
  }

  @ParameterizedTest
  @CsvSource({
    "SELEC 1, 400, SQL_ERROR, 42601",
    "SELECT * FROM no_such_table, 400, SQL_ERROR, 42P01",
    "SELECT no_such_column, 400, SQL_ERROR, 42703"
  })
  void errorsOfTheStatementSayWhatIsWrong(String sql, int status, String code, String state) {
    Response answer = query("{\"sql\":" + quoted(sql) + "}");

    assertError(answer, status, code);
    assertThat(answer.text()).contains("\"sqlstate\":\"" + state + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"BEGIN", "commit", "/* x */ ROLLBACK", "SAVEPOINT a", "(BEGIN)"})
  void transactionsAreLeftToTheService(String sql) {
    assertError(execute("{\"sql\":" + quoted(sql) + "}"), 400, "BAD_REQUEST");
  }

  @Test
  void twoStatementsInOneAreRefused() {
    String t = table("id int");

    Response answer = execute("{\"sql\":\"SELECT 1; DROP TABLE " + t + "\"}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":0}]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"sql\":5}",
        "{\"sql\":\"SELECT 1\",\"nope\":1}",
        "{\"sql\":\"SELECT 1\",\"sql\":\"SELECT 2\"}",
        "[1]",
        "{",
        "{\"sql\":\"SELECT 1\"} x"
      })
  void whatIsNotTheJsonOfTheRouteIsAJsonError(String body) {
    assertError(query(body), 400, "JSON_ERROR");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"sql\":\"\"}",
        "{\"sql\":\"-- nothing\"}",
        "{\"sql\":\"SELECT 1\",\"params\":{}}",
        "{\"sql\":\"SELECT 1\",\"max_rows\":0}",
        "{\"sql\":\"SELECT 1\",\"timeout_ms\":0}",
        "{\"sql\":\"SELECT 1\",\"isolation\":\"none\"}",
        "{\"sql\":\"SELECT 1\",\"row_mode\":\"set\"}"
      })
  void whatIsMissingOrOutOfRangeIsABadRequest(String body) {
    assertError(query(body), 400, "BAD_REQUEST");
  }

  @Test
  void linesAreOneRowEach() {
    Response answer =
        json()
            .with("Accept", "application/x-ndjson")
            .post("/sql/query", "{\"sql\":\"SELECT 1 AS a UNION ALL SELECT 2\"}");

    assertThat(answer.header("Content-Type").orElse("")).startsWith("application/x-ndjson");
    assertThat(answer.text()).isEqualTo("{\"a\":1}\n{\"a\":2}\n");
  }

  @Test
  void csvHasAHeaderAndTellsNullFromTheEmptyText() {
    Response answer =
        json()
            .with("Accept", "text/csv")
            .post("/sql/query", "{\"sql\":\"SELECT 'a,\\\"b' AS x, NULL AS y, '' AS z\"}");

    assertThat(answer.header("Content-Type").orElse("")).startsWith("text/csv");
    assertThat(answer.text()).isEqualTo("x,y,z\r\n\"a,\"\"b\",,\"\"\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/x-ndjson", "text/csv"})
  void aStreamThatCannotBeginIsAnOrdinaryError(String accept) {
    Response answer = json().with("Accept", accept).post("/sql/query", "{\"sql\":\"SELECT nope\"}");

    assertError(answer, 400, "SQL_ERROR");
  }

  @Test
  void aStreamHasNoLimitOfRows() {
    Response answer =
        json()
            .with("Accept", "application/x-ndjson")
            .post(
                "/sql/query",
                "{\"sql\":\"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                    + " WHERE i < 20001) SELECT i FROM n\"}");

    assertThat(answer.text().lines().count()).isEqualTo(20001);
    assertThat(answer.text()).endsWith("{\"i\":20001}\n");
  }

  @Test
  void aStreamOfAChangeIsCommittedAtItsEnd() {
    String t = table("id int");

    Response answer =
        json()
            .with("Accept", "application/x-ndjson")
            .post("/sql/query", "{\"sql\":\"INSERT INTO " + t + " VALUES (1) RETURNING id\"}");

    assertThat(answer.text()).isEqualTo("{\"id\":1}\n");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":1}]");
  }

  @Test
  void aStatementThatTakesTooLongIsCancelled() {
    String endless =
        isPostgres()
            ? "SELECT pg_sleep(60)"
            : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    long start = System.nanoTime();

    Response answer = query("{\"sql\":\"" + endless + "\",\"timeout_ms\":300}");

    assertError(answer, 504, "BACKEND_TIMEOUT");
    assertThat(System.nanoTime() - start).isLessThan(3_000_000_000L);
    assertThat(rows("SELECT 1 AS a")).isEqualTo("[{\"a\":1}]");
  }

  @Test
  void aHugeValueIsRefusedAndHarmsNobody() {
    String huge =
        isPostgres()
            ? "SELECT repeat('x', 300000000) AS a"
            : "SELECT hex(zeroblob(150000000)) AS a";

    Response answer = query("{\"sql\":" + quoted(huge) + "}");

    assertError(answer, isPostgres() ? 413 : 400, isPostgres() ? "RESULT_TOO_LARGE" : "SQL_ERROR");
    assertThat(rows("SELECT 1 AS a")).isEqualTo("[{\"a\":1}]");
  }
}
