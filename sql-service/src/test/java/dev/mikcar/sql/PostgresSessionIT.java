package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All requests share one session of PostgreSQL here, and must not notice. */
class PostgresSessionIT extends WireContract {
  private static PostgresServer server;
  private static SidecarProcess sidecar;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    sidecar =
        SidecarProcess.builder()
            .env("DATABASE_URL", server.url())
            .env("SQL_POOL_SIZE", "1")
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    server.close();
  }

  @Override
  SidecarProcess sidecar() {
    return sidecar;
  }

  private Response csv(String sql) {
    return json().with("Accept", "text/csv").post("/sql/query", "{\"sql\":" + quoted(sql) + "}");
  }

  /** A statement that changes its session, and a question whose answer must stay as it is. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SET work_mem = 1234 | SHOW work_mem
          SELECT set_config('work_mem', '2345', false) | SHOW work_mem
          EXPLAIN ANALYZE SELECT set_config('work_mem', '2345', false) | SHOW work_mem
          DO $$ BEGIN PERFORM set_config('work_mem', '2345', false); END $$ | SHOW work_mem
          SET ROLE pg_monitor | SELECT current_user AS u
          SET SESSION AUTHORIZATION pg_monitor | SELECT session_user AS u
          SELECT pg_advisory_lock(7) | SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory'
          CREATE TEMP TABLE left1 (a int) | SELECT to_regclass('left1') AS t
          CREATE/**/TEMPORARY VIEW left2 AS SELECT 1 AS a | SELECT to_regclass('left2') AS t
          SELECT 1 AS a INTO TEMP left3 | SELECT to_regclass('left3') AS t
          CREATE TABLE pg_temp.left4 (a int) | SELECT to_regclass('left4') AS t
          DO $$ BEGIN CREATE TEMP TABLE left5 (a int); END $$ | SELECT to_regclass('left5') AS t
          LISTEN something | SELECT count(*) AS n FROM pg_listening_channels()
          """)
  void whatARequestSetsEndsWithIt(String statement, String question) {
    String before = rows(question);

    Response whole = query("{\"sql\":" + quoted(statement) + "}");
    String afterWhole = rows(question);
    Response streamed = csv(statement);
    String afterStream = rows(question);

    assertThat(whole.status()).as(whole.toString()).isEqualTo(200);
    assertThat(streamed.status()).as(streamed.toString()).isEqualTo(200);
    assertThat(afterWhole).isEqualTo(before);
    assertThat(afterStream).isEqualTo(before);
  }

  /** As those do who keep row level security by it: it costs no reset, nor should it leak. */
  @Test
  void aLocalSettingHoldsForItsBatchOnly() {
    Response answer =
        script(
            "sql.query(\"SELECT set_config('app.user', $1, true)\", ['ann']);"
                + " return sql.query(\"SELECT current_setting('app.user') AS u\")[0].u");

    assertThat(answer.text()).startsWith("{\"result\":\"ann\"");
    assertThat(rows("SELECT current_setting('app.user', true) AS u")).isIn("[{\"u\":\"\"}]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EXECUTE s0", "DEALLOCATE ALL", "PREPARE x AS SELECT 1"})
  void whatIsPreparedIsNotForRequests(String statement) {
    assertError(query("{\"sql\":" + quoted(statement) + "}"), 400, "BAD_REQUEST");
  }

  @Test
  void aColumnThatBecomesAnotherTypeElsewhereTakesItsValues() {
    String t = fresh();
    given("CREATE TABLE " + t + " (a text)");
    given("INSERT INTO " + t + " VALUES ('1')");
    String find =
        "{\"sql\":\"SELECT a FROM " + t + " WHERE a = $1\",\"params\":[1],\"row_mode\":\"array\"}";
    assertThat(query(find).text()).contains("[[\"1\"]]");

    server.psql("ALTER TABLE " + t + " ALTER a TYPE int USING a::int");
    assertThat(query(find).text()).contains("[[1]]");

    server.psql("ALTER TABLE " + t + " ALTER a TYPE numeric");
    assertThat(query(find.replace("[1]", "[1.0]")).text()).contains("[[\"1\"]]");
    assertThat(query(find.replace("[1]", "[1.5]")).text()).contains("\"rows\":[]");
    assertThat(query(find.replace("[1]", "[12345678901234]")).text()).contains("\"rows\":[]");
  }

  @Test
  void columnsThatAppearElsewhereAreSeenByAllRoutes() {
    String t = fresh();
    given("CREATE TABLE " + t + " (a int)");
    given("INSERT INTO " + t + " VALUES (1)");
    String all = "SELECT * FROM " + t;
    String script =
        "sql.execute('INSERT INTO " + t + " VALUES (2)'); return sql.query('" + all + "')";
    rows(all);

    server.psql("ALTER TABLE " + t + " ADD COLUMN b int");
    assertThat(script(script).text()).contains("{\"a\":1,\"b\":null},{\"a\":2,\"b\":null}]");
    server.psql("ALTER TABLE " + t + " ADD COLUMN c int");
    assertThat(csv(all).text()).isEqualTo("a,b,c\r\n1,,\r\n2,,\r\n");
    server.psql("ALTER TABLE " + t + " ADD COLUMN d int");
    assertThat(rows(all)).contains("\"c\":null,\"d\":null}");
    server.psql("ALTER TABLE " + t + " ADD COLUMN e int");
    assertThat(json().post("/sql/batch", "{\"statements\":[{\"sql\":\"" + all + "\"}]}").status())
        .isEqualTo(200);
  }

  @Test
  void parametersAreCountedBeyondWhatTheProtocolCan() {
    String sql =
        IntStream.rangeClosed(1, 65_536)
            .mapToObj(i -> "$" + i)
            .collect(Collectors.joining(",", "SELECT 1 AS a WHERE 1 IN (", ")"));
    String params = "1,".repeat(65_535) + "1";

    Response answer = query("{\"sql\":\"" + sql + "\",\"params\":[" + params + "]}");

    assertError(answer, 400, "BAD_REQUEST");
    assertThat(answer.text()).contains("at most 65535 parameters");
  }
}
