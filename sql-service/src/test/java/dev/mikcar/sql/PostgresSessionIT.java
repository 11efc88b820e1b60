package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.time.Duration;
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
    server.psql(
        "CREATE FUNCTION leaves() RETURNS int LANGUAGE plpgsql AS"
            + " 'BEGIN SET work_mem = 2345; RETURN 1; END';"
            + "CREATE FUNCTION hides() RETURNS int LANGUAGE plpgsql AS"
            + " 'BEGIN SET search_path = nowhere; RETURN 1; END';"
            + "CREATE FUNCTION prepares() RETURNS int LANGUAGE plpgsql AS"
            + " 'BEGIN EXECUTE ''PREPARE p1 AS SELECT 1''; RETURN 1; END';"
            + "CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN SET work_mem = 2345; RETURN NEW; END';"
            + "CREATE TABLE fired (a int);"
            + "CREATE TRIGGER f BEFORE INSERT ON fired FOR EACH ROW EXECUTE FUNCTION fires();"
            + "CREATE TABLE grown (a int);"
            + "CREATE FUNCTION grows(i int) RETURNS int LANGUAGE sql AS"
            + " 'INSERT INTO grown VALUES (i) RETURNING a'");
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
          UPDATE pg_settings SET setting = '2345' WHERE name = 'work_mem' | SHOW work_mem
          SELECT set_config('work_mem','2345', false) AS "x, true)" | SHOW work_mem
          SELECT U&"set\\005fconfig"('work_mem', '2345', false) | SHOW work_mem
          UPDATE pg_settings SET setting = '1' WHERE name = 'statement_timeout' | SHOW statement_timeout
          SELECT set_config('a.b', 'x, true)', false) | SELECT coalesce(current_setting('a.b', true), '') AS v
          SELECT leaves() | SHOW work_mem
          SELECT hides() | SELECT current_schemas(false) AS s
          INSERT INTO fired VALUES (1) | SHOW work_mem
          SELECT prepares() | SELECT count(*) AS n FROM pg_prepared_statements WHERE from_sql
          SELECT U&"pg_advisory\\005flock"(7) | SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory'
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

  @Test
  void whatIsTooLargeHasChangedNothing() {
    Response tooMany =
        query("{\"sql\":\"SELECT grows(i) FROM generate_series(1, 9) i\",\"max_rows\":5}");
    Response enough =
        query("{\"sql\":\"SELECT grows(i) FROM generate_series(1, 3) i\",\"max_rows\":5}");

    assertError(tooMany, 413, "RESULT_TOO_LARGE");
    assertThat(enough.status()).isEqualTo(200);
    assertThat(rows("SELECT count(*) AS n FROM grown")).isEqualTo("[{\"n\":3}]");
  }

  @Test
  void aBatchOfSeveralStaleStatementsDoesNotFail() {
    String t = fresh();
    String u = fresh();
    given("CREATE TABLE " + t + " (a int)");
    given("CREATE TABLE " + u + " (a int)");
    String both =
        "{\"statements\":[{\"sql\":\"INSERT INTO "
            + t
            + " VALUES ($1)\",\"params\":[X]},{\"sql\":\"INSERT INTO "
            + u
            + " VALUES ($1)\",\"params\":[X]}]}";
    assertThat(json().post("/sql/batch", both.replace("X", "1")).status()).isEqualTo(200);

    server.psql("ALTER TABLE " + t + " ALTER a TYPE text; ALTER TABLE " + u + " ALTER a TYPE text");

    Response answer = json().post("/sql/batch", both.replace("X", "\"x\""));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  @Test
  void aKeyIsOfItsOwnColumnsOnly() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int, name text, PRIMARY KEY (id) INCLUDE (name))");
    given("INSERT INTO " + t + " VALUES (1, 'a')");

    assertThat(http().get("/sql/tables/" + t + "/1").text()).isEqualTo("{\"id\":1,\"name\":\"a\"}");
  }

  @Test
  void wideRowsAreStreamed() {
    Response lines =
        json()
            .with("Accept", "application/x-ndjson")
            .post(
                "/sql/query",
                "{\"sql\":\"SELECT repeat('x', 200000) AS x FROM generate_series(1, 1000)\"}");

    assertThat(lines.status()).isEqualTo(200);
    assertThat(lines.text().lines().count()).isEqualTo(1000);
  }

  @Test
  void aFullPoolIsReady() {
    Thread busy = Thread.ofVirtual().start(() -> query("{\"sql\":\"SELECT pg_sleep(5)\"}"));
    Await.until(
        "it is busy",
        Duration.ofSeconds(5),
        () ->
            server
                .psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                        + " AND query LIKE 'SELECT pg_sleep(5)%'")
                .equals("1"));

    assertThat(http().get("/health/ready").status()).isEqualTo(200);
    assertThat(busy.isAlive()).isTrue();
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
