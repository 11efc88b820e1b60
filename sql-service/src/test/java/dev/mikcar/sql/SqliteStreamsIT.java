package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
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

/** Large results, and readers that are slow or gone, in a small heap and with one connection. */
class SqliteStreamsIT extends WireContract {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static SidecarProcess process;

  @BeforeAll
  static void start() {
    process =
        SidecarProcess.builder()
            .env("SQL_POOL_SIZE", "1")
            .env("SQL_POOL_WAIT", "1s")
            .env("REQUEST_TIMEOUT", "6s")
            .jvm("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC")
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    process.close();
  }

  @Override
  SidecarProcess sidecar() {
    return process;
  }

  private static String numbers(long count, String columns) {
    return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
        + count
        + ") SELECT "
        + columns
        + " FROM n";
  }

  private Connection asked(String sql, String accept) {
    return asked("query", "{\"sql\":" + quoted(sql) + "}", accept);
  }

  /** A request that is sent, and whose answer nobody has read. */
  private Connection asked(String route, String json, String accept) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    Connection connection = http().open();
    connection.write(
        ("POST /sql/"
                + route
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: "
                + accept
                + "\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    connection.write(body);
    return connection;
  }

  private boolean answers() {
    return query("{\"sql\":\"SELECT 1 AS a\"}").status() == 200;
  }

  @Test
  void aStreamOfLargeRowsPassesInASmallHeap() {
    Response answer =
        json()
            .with("Accept", "application/x-ndjson")
            .post(
                "/sql/query",
                "{\"sql\":" + quoted(numbers(150, "hex(zeroblob(500000)) AS x")) + "}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().length).isGreaterThan(150 * 1_000_000);
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void aValueLargerThanAShareOfTheHeapIsAnError() {
    Response answer =
        json()
            .with("Accept", "application/x-ndjson")
            .post(
                "/sql/query",
                "{\"sql\":" + quoted(numbers(500, "hex(zeroblob(30000000)) AS x")) + "}");

    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(answers()).isTrue();
  }

  @Test
  void manyLargeResultsAtATimeDoNotEndTheProcess() {
    List<CompletableFuture<Integer>> asked = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String body = "{\"sql\":" + quoted(numbers(7, "hex(zeroblob(500000)) AS x")) + "}";
      asked.add(CompletableFuture.supplyAsync(() -> query(body).status()));
    }

    assertThat(asked.stream().map(CompletableFuture::join)).allMatch(s -> s == 200 || s == 503);
    assertThat(answers()).isTrue();
  }

  @Test
  void aReaderThatTakesNothingIsLeftAfterAWhile() {
    try (Connection _ =
        asked(numbers(50_000_000, "hex(zeroblob(500)) AS x"), "application/x-ndjson")) {
      Await.until("the only connection is free again", SOON, this::answers);
    }
  }

  @Test
  void aStreamEndsWithItsReader() {
    asked(numbers(1_000_000_000, "max(i)"), "application/x-ndjson").close();

    Await.until("the only connection is free again", SOON, this::answers);
  }

  @ParameterizedTest
  @CsvSource({"query,sql", "execute,sql", "batch,statements", "script,script"})
  void workEndsWithItsCaller(String route, String field) {
    // Given: nothing else ends it before REQUEST_TIMEOUT
    String endless = numbers(1_000_000_000, "max(i)");
    String body =
        switch (field) {
          case "sql" -> quoted(endless);
          case "statements" -> "[{\"sql\":" + quoted(endless) + "}]";
          default -> quoted("sql.query(" + quoted(endless) + ")");
        };
    long start = System.nanoTime();

    // When
    asked(route, "{\"" + field + "\":" + body + "}", "application/json").close();

    // Then
    Await.until("the only connection is free again", SOON, this::answers);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void jsonWithNewlinesIsOneLine() {
    String t = fresh();
    given("CREATE TABLE " + t + " (d json)");
    given("INSERT INTO " + t + " VALUES ('{' || char(10) || '\"a\":' || char(13, 10) || '1}')");

    Response answer =
        json()
            .with("Accept", "application/x-ndjson")
            .post("/sql/query", "{\"sql\":\"SELECT d FROM " + t + "\"}");

    assertThat(answer.text().strip()).isEqualTo("{\"d\":{ \"a\":  1}}");
  }

  @Test
  void anEmptyListOfRowsInsertsNone() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int PRIMARY KEY)");

    Response answer = json().post("/sql/tables/" + t, "[]");

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.text()).isEqualTo("{\"rows\":[],\"row_count\":0}");
    assertThat(json().post("/sql/tables/" + t + "x", "[]").status()).isEqualTo(404);
  }
}
