package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only PostgreSQL has: its types and errors, streams, faults, and ways to connect. */
class PostgresIT extends WireContract {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static PostgresServer server;
  private static SidecarProcess sidecar;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    server.psql("CREATE EXTENSION hstore");
    server.psql("CREATE TYPE mood AS ENUM ('sad', 'so-so', 'happy, \"very\"')");
    server.psql("CREATE TYPE pair AS (a int, b text)");
    server.psql("CREATE DOMAIN positive AS int CHECK (VALUE > 0)");
    sidecar =
        SidecarProcess.builder()
            .env("DATABASE_URL", server.url())
            .env("SQL_POOL_SIZE", "4")
            .env("SQL_POOL_WAIT", "500ms")
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

  /** Each goes in as the JSON that it comes out as. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          int2 | -32768
          int4 | 2147483647
          int8 | 9007199254740992
          int8 | "9223372036854775807"
          oid | 4294967295
          numeric | "12345678901234567890.12345678901234567890"
          numeric | "NaN"
          float4 | 1.5
          float8 | 0.1
          float8 | "Infinity"
          money | "$1,234.50"
          bool | true
          text | "ü€😀 \\"'\\\\"
          varchar(10) | "x"
          char(3) | "a  "
          name | "n"
          "char" | "c"
          bytea | {"$bytes":"AP8="} => "AP8="
          uuid | "0f8fad5b-d9cb-469f-a165-70867728950e"
          date | "2026-01-02"
          date | "infinity"
          date | "0044-03-15 BC"
          time | "24:00:00"
          time | "03:04:05.678"
          timetz | "03:04:05+02:00"
          timestamp | "2026-01-02T03:04:05.678901"
          timestamp | "-infinity"
          timestamptz | "2026-01-02T03:04:05+00:00"
          interval | "P1Y2M3DT4H5M6.7S"
          json | {"a":[1,2.50,null]}
          jsonb | {"a": [1, 2.50, null]}
          jsonb | "text"
          jsonb | 12.340
          jsonb | true
          jsonb | [1, 2]
          xml | "<a>b</a>"
          inet | "192.168.0.1/24"
          cidr | "10.0.0.0/8"
          macaddr | "08:00:2b:01:02:03"
          macaddr8 | "08:00:2b:01:02:03:04:05"
          bit(5) | "10110"
          varbit | "101"
          point | "(1,2)"
          line | "{1,2,3}"
          lseg | "[(1,2),(3,4)]"
          box | "(3,4),(1,2)"
          path | "((1,2),(3,4))"
          polygon | "((1,2),(3,4),(5,6))"
          circle | "<(1,2),3>"
          tsvector | "'a' 'fat':2 'rat':1A"
          tsquery | "'fat' & !'cat'"
          int4range | "[1,5)"
          numrange | "(1.5,2.5]"
          tstzrange | "[\\"2026-01-02 00:00:00+00\\",)"
          int4multirange | "{[1,3),[5,8)}"
          hstore | "\\"a\\"=>\\"1\\", \\"b\\"=>NULL"
          mood | "happy, \\"very\\""
          positive | 5
          pair | "(1,\\"x y\\")"
          pg_lsn | "16/B374D848"
          regclass | "pg_class"
          txid_snapshot | "10:20:10,14"
          jsonpath | "$.\\"a\\""
          int4[] | [1,null,3]
          int4[] | []
          int4[] | [[1,2],[3,4]]
          text[] | ["a,b","c\\"d","\\\\","","NULL",null]
          numeric[] | ["1.10","2.20"]
          bool[] | [true,false]
          date[] | ["2026-01-02"]
          timestamptz[] | ["2026-01-02T03:04:05+00:00"]
          jsonb[] | [{"a": 1},"x",[1]]
          bytea[] | [{"$bytes":"AP8="}] => ["AP8="]
          uuid[] | ["0f8fad5b-d9cb-469f-a165-70867728950e"]
          mood[] | ["sad","happy, \\"very\\""]
          pair[] | ["(1,x)"]
          int4range[] | ["[1,5)"]
          box[] | ["(3,4),(1,2)","(1,1),(0,0)"]
          positive[] | [1,2]
          int2vector | [1,2]
          interval[] | ["P1D"]
          """)
  void everyTypeGoesBothWays(String type, String json) {
    int arrow = json.indexOf(" => ");
    String in = arrow < 0 ? json : json.substring(0, arrow);
    String out = arrow < 0 ? json : json.substring(arrow + 4);

    Response answer =
        query("{\"sql\":" + quoted("SELECT $1::" + type + " AS v") + ",\"params\":[" + in + "]}");

    assertThat(answer.text()).isEqualTo("{\"rows\":[{\"v\":" + out + "}],\"row_count\":1}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          numeric | 300 | "300"
          numeric | 0.1000 | "0.1000"
          text | 300 | "300"
          text | true | "true"
          int4 | "300" | 300
          int4 | 3.0 | 3
          int8 | 1e3 | 1000
          float8 | 300 | 300.0
          jsonb | "{\\"a\\":1}" | {"a": 1}
          timestamptz | "2026-01-02 03:04:05Z" | "2026-01-02T03:04:05+00:00"
          int4[] | "{1,2}" | [1,2]
          """)
  void valuesBecomeWhatTheStatementWants(String type, String in, String out) {
    Response answer = query("{\"sql\":\"SELECT $1::" + type + " AS v\",\"params\":[" + in + "]}");

    assertThat(answer.text()).isEqualTo("{\"rows\":[{\"v\":" + out + "}],\"row_count\":1}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int4 | 1.5
          int4 | true
          int4 | {"a":1}
          int4 | [1]
          int4 | "x"
          int4 | 99999999999
          bool | 1
          bytea | 5
          text | {"$bytes":"AA=="}
          text | "\\ud800"
          text | "\\u0000"
          date | "yesterdayish"
          uuid | "x"
          int4[] | ["x"]
          int4[] | [[1],[2,3]]
          bytea | {"$bytes":"%"}
          """)
  void whatCannotBeIsABadRequestThatNamesTheParameter(String type, String in) {
    Response answer =
        query("{\"sql\":\"SELECT $2::int AS x, $1::" + type + " AS v\",\"params\":[" + in + ",1]}");

    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(answer.text()).containsAnyOf("parameter $1", "{\\\"$bytes\\\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT 1/0 | 400 | SQL_ERROR | 22012
          SELECT 'x'::int | 400 | SQL_ERROR | 22P02
          DO $$BEGIN RAISE EXCEPTION 'no' USING HINT = 'try'; END$$ | 400 | SQL_ERROR | P0001
          DO $$BEGIN RAISE serialization_failure; END$$ | 409 | SERIALIZATION_FAILURE | 40001
          DO $$BEGIN RAISE deadlock_detected; END$$ | 409 | SERIALIZATION_FAILURE | 40P01
          DO $$BEGIN RAISE insufficient_privilege; END$$ | 403 | FORBIDDEN | 42501
          DO $$BEGIN RAISE query_canceled; END$$ | 504 | BACKEND_TIMEOUT | 57014
          DO $$BEGIN RAISE too_many_connections; END$$ | 503 | BACKEND_UNAVAILABLE | 53300
          DO $$BEGIN RAISE check_violation; END$$ | 409 | CONSTRAINT_VIOLATION | 23514
          """)
  void statesAreAnswers(String sql, int status, String code, String state) {
    Response answer = execute("{\"sql\":" + quoted(sql) + "}");

    assertError(answer, status, code);
    assertThat(answer.text()).contains("\"sqlstate\":\"" + state + "\"");
  }

  @Test
  void anErrorHasTheFieldsOfTheServer() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int PRIMARY KEY)");
    given("INSERT INTO " + t + " VALUES (1)");

    Response twice = execute("{\"sql\":\"INSERT INTO " + t + " VALUES (1)\"}");
    Response where = query("{\"sql\":\"SELECT nope\"}");

    assertThat(twice.text())
        .contains(
            "\"detail\":\"Key (id)=(1) already exists.\"",
            "\"constraint\":\"" + t + "_pkey\"",
            "\"table\":\"" + t + "\"");
    assertThat(where.text()).contains("\"position\":8");
  }

  @Test
  void aStatementStaysRightWhenTheTableChanges() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int)");
    given("INSERT INTO " + t + " VALUES (1)");
    String sql = "SELECT * FROM " + t;
    for (int i = 0; i < 8; i++) {
      assertThat(rows(sql)).isEqualTo("[{\"id\":1}]");
    }

    server.psql("ALTER TABLE " + t + " ALTER id TYPE text, ADD b int DEFAULT 5");

    for (int i = 0; i < 8; i++) {
      assertThat(rows(sql)).isEqualTo("[{\"id\":\"1\",\"b\":5}]");
    }
  }

  @Test
  void manyDifferentStatementsStayBounded() {
    for (int i = 0; i < 1200; i++) {
      assertThat(rows("SELECT " + i + " AS a")).isEqualTo("[{\"a\":" + i + "}]");
    }

    assertThat(query("{\"sql\":\"SELECT count(*) AS c FROM pg_prepared_statements\"}").text())
        .matches(".*\"c\":(\\d|\\d\\d|1\\d\\d|2[0-4]\\d|25[0-6])\\}.*");
  }

  @Test
  void aTimeoutCancelsOnTheServer() {
    Response answer = query("{\"sql\":\"SELECT pg_sleep(77) /* mine */\",\"timeout_ms\":200}");

    assertError(answer, 504, "BACKEND_TIMEOUT");
    Await.until(
        "the server has stopped",
        SOON,
        () ->
            server
                .psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                        + " AND query LIKE 'SELECT pg_sleep(77)%'")
                .equals("0"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /sql/query | {"sql":"SELECT pg_sleep(81)"}
          /sql/execute | {"sql":"SELECT pg_sleep(82)"}
          /sql/batch | {"statements":[{"sql":"SELECT 1"},{"sql":"SELECT pg_sleep(83)"}]}
          /sql/script | {"script":"sql.query('SELECT pg_sleep(84)')"}
          """)
  void whatNobodyWaitsForIsCancelled(String path, String body) {
    String statement = body.replaceAll("^.*(SELECT pg_sleep\\(\\d+\\)).*$", "$1");
    String running =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = '"
            + statement
            + "'";
    try (Connection connection = http().open()) {
      connection.write(
          ("POST "
                  + path
                  + " HTTP/1.1\r\n"
                  + "Host: localhost\r\n"
                  + "Content-Type: application/json\r\n"
                  + "Content-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body)
              .getBytes(StandardCharsets.US_ASCII));
      Await.until("it runs", SOON, () -> server.psql(running).equals("1"));
    }
    Await.until("the server has stopped", SOON, () -> server.psql(running).equals("0"));
  }

  @Test
  void whoFindsNoConnectionWaitsABoundedTime() throws Exception {
    List<CompletableFuture<Response>> busy = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      CompletableFuture<Response> one = new CompletableFuture<>();
      Thread.ofVirtual().start(() -> one.complete(query("{\"sql\":\"SELECT pg_sleep(2)\"}")));
      busy.add(one);
    }
    Await.until(
        "all are busy",
        SOON,
        () ->
            server
                .psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(2)' AND"
                        + " state = 'active'")
                .equals("4"));

    Response answer = query("{\"sql\":\"SELECT 1 AS a\"}");

    assertError(answer, 503, "BACKEND_UNAVAILABLE");
    assertThat(answer.header("Retry-After")).isPresent();
    for (CompletableFuture<Response> one : busy) {
      assertThat(one.get().status()).isEqualTo(200);
    }
    assertThat(rows("SELECT 1 AS a")).isEqualTo("[{\"a\":1}]");
  }

  @Test
  void aSettingOfOneRequestIsNotSeenByTheNext() {
    given("SET intervalstyle = 'postgres'");
    given("SET search_path = 'nowhere'");
    given("CREATE TEMPORARY TABLE passing (a int)");

    for (int i = 0; i < 12; i++) {
      assertThat(rows("SELECT '1 day'::interval AS v, current_setting('search_path') AS s"))
          .isEqualTo("[{\"v\":\"P1D\",\"s\":\"\\\"$user\\\", public\"}]");
      assertError(query("{\"sql\":\"SELECT * FROM passing\"}"), 400, "SQL_ERROR");
    }
  }

  @Test
  void copyIsRefusedAndDoesNoHarm() {
    assertError(execute("{\"sql\":\"COPY pg_class TO STDOUT\"}"), 400, "BAD_REQUEST");
    assertError(execute("{\"sql\":\"COPY pg_class FROM STDIN\"}"), 400, "BAD_REQUEST");
    assertThat(rows("SELECT 1 AS a")).isEqualTo("[{\"a\":1}]");
  }

  @Test
  void aStreamThatBreaksDoesNotLookWhole() {
    byte[] body =
        "{\"sql\":\"SELECT generate_series(1, 50000000) AS i, repeat('x', 1000) AS x\"}"
            .getBytes(StandardCharsets.UTF_8);
    try (Connection connection = http().with("Accept", "application/x-ndjson").open()) {
      connection.write(
          ("POST /sql/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Accept: application/x-ndjson\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      connection.write(body);
      Await.until(
          "the server waits for the reader",
          SOON,
          () ->
              server
                  .psql(
                      "SELECT wait_event FROM pg_stat_activity WHERE query LIKE '%AS i, repeat%'"
                          + " AND pid <> pg_backend_pid()")
                  .equals("ClientRead"));
      String _ =
          server.psql(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE query LIKE '%AS i, repeat%' AND pid <> pg_backend_pid()");

      assertThat(catchThrowable(connection::read)).isInstanceOf(UncheckedIOException.class);
    }
  }

  @Test
  void aStreamThatNobodyReadsHoldsTheServerBackAndEndsWithItsReader() {
    byte[] body =
        "{\"sql\":\"SELECT generate_series(1, 50000000) AS slow, repeat('x', 1000) AS x\"}"
            .getBytes(StandardCharsets.UTF_8);
    try (Connection connection = http().open()) {
      connection.write(
          ("POST /sql/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Accept: application/x-ndjson\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      connection.write(body);
      Await.until(
          "the server waits for the reader",
          SOON,
          () ->
              server
                  .psql(
                      "SELECT wait_event FROM pg_stat_activity WHERE query LIKE '%AS slow%' AND pid"
                          + " <> pg_backend_pid()")
                  .equals("ClientRead"));
    }
    Await.until(
        "the session has ended with its reader",
        SOON,
        () ->
            server
                .psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%AS slow%' AND pid <>"
                        + " pg_backend_pid()")
                .equals("0"));
  }

  @Test
  void anAuditLineNamesKindAndTableAndNoValue() {
    String t = fresh();
    given("CREATE TABLE " + t + " (a text)");
    execute("{\"sql\":\"INSERT INTO " + t + " VALUES ($1)\",\"params\":[\"s3cret\"]}");

    given("DROP TABLE " + t);

    sidecar.awaitLog("sql kind=DROP table=" + t);
    assertThat(sidecar.log())
        .containsPattern(
            "INFO .* sql kind=INSERT table="
                + t
                + " duration_us=\\d+ rows=1 caller=127.0.0.1 outcome=OK")
        .containsPattern("WARN .* sql kind=DROP table=" + t)
        .doesNotContain("s3cret");
  }

  @Test
  void theServerMayBeAwayAtTheStart() {
    try (PostgresServer late = PostgresServer.start()) {
      late.kill();
      try (SidecarProcess process =
          SidecarProcess.builder().env("DATABASE_URL", late.url()).start()) {
        HttpClient client = process.client().with("Content-Type", "application/json");
        assertThat(client.get("/health/ready").status()).isEqualTo(503);
        assertError(
            client.post("/sql/query", "{\"sql\":\"SELECT 1\"}"), 503, "BACKEND_UNAVAILABLE");

        PostgresServer _ = late.serve();

        process.awaitReady();
        assertThat(client.post("/sql/query", "{\"sql\":\"SELECT 1\"}").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aPasswordIsNotLogged() {
    try (SidecarProcess process =
        SidecarProcess.builder()
            .env("DATABASE_URL", server.url().replace("p%40ss", "hidden"))
            .start()) {
      Response answer =
          process
              .client()
              .with("Content-Type", "application/json")
              .post("/sql/query", "{\"sql\":\"SELECT 1 AS a\"}");

      assertError(answer, 503, "BACKEND_UNAVAILABLE");
      assertThat(process.log() + answer.text()).doesNotContain("hidden");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://u:hidden@h/d",
        "hidden",
        "postgres:u:hidden@h",
        "postgres://u:hidden@h:x/d",
        "postgres://u:hidden@h/d?sslmode=maybe",
        "postgres://u:hidden@h/d?nope=hidden",
        "postgres://u:hid%den@h/d",
        "sqlite://"
      })
  void aUrlThatCannotBeUsedStopsTheStartAndIsNotPrinted(String url) {
    SidecarProcess.Exit exit = SidecarProcess.builder().env("DATABASE_URL", url).run();

    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err()).contains("DATABASE_URL", "accepted").doesNotContain("hidden");
  }
}
