package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Behind Debian's PgBouncer, without any setting: all that holds without it. */
class PgBouncerIT {
  private static PostgresServer server;
  private static PgBouncer transactions;
  private static PgBouncer sessions;
  private static SidecarProcess ofTransactions;
  private static SidecarProcess ofSessions;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    // Fewer sessions of the server than of the sidecar, so that they are shared out.
    transactions = PgBouncer.start(server, "transaction", 4);
    sessions = PgBouncer.start(server, "session", 12);
    ofTransactions = start(transactions);
    ofSessions = start(sessions);
  }

  private static SidecarProcess start(PgBouncer bouncer) {
    return SidecarProcess.builder().env("DATABASE_URL", bouncer.url()).start().awaitReady();
  }

  @AfterAll
  static void stop() {
    ofTransactions.close();
    ofSessions.close();
    transactions.close();
    sessions.close();
    server.close();
  }

  /** What only a pooler can break. */
  abstract static class Pooled extends WireContract {
    /** Each asks for a number of its own, over and over: nobody gets that of another. */
    @Test
    void nobodyGetsTheRowsOfAnother() throws Exception {
      List<CompletableFuture<String>> wrong = new ArrayList<>();
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int caller = 0; caller < 12; caller++) {
          int number = caller;
          wrong.add(CompletableFuture.supplyAsync(() -> wrongAnswers(number), callers));
        }
      }
      for (CompletableFuture<String> one : wrong) {
        assertThat(one.get()).isEmpty();
      }
    }

    private String wrongAnswers(int number) {
      StringBuilder wrong = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        Response answer = query("{\"sql\":\"SELECT " + number + " AS a\"}");
        if (!answer.text().equals("{\"rows\":[{\"a\":" + number + "}],\"row_count\":1}")) {
          wrong.append(answer.status()).append(' ').append(answer.text()).append('\n');
        }
      }
      return wrong.toString();
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        textBlock =
            """
            interval | "P1Y2M3DT4H5M6.7S"
            interval[] | ["P1D"]
            timestamptz | "2026-01-02T03:04:05+00:00"
            date | "2026-01-02"
            date[] | ["2026-01-02"]
            bytea | {"$bytes":"AP8="} => "AP8="
            bytea[] | [{"$bytes":"AP8="}] => ["AP8="]
            numeric | "1.10"
            jsonb | {"a": [1, 2.50, null]}
            text | "ü€😀"
            int4[] | [[1,2],[3,4]]
            """)
    void typesGoBothWays(String type, String json) {
      int arrow = json.indexOf(" => ");
      String in = arrow < 0 ? json : json.substring(0, arrow);
      String out = arrow < 0 ? json : json.substring(arrow + 4);
      String body = "{\"sql\":\"SELECT $1::" + type + " AS v\",\"params\":[" + in + "]}";

      assertThat(query(body).text()).isEqualTo("{\"rows\":[{\"v\":" + out + "}],\"row_count\":1}");
      assertThat(json().with("Accept", "application/x-ndjson").post("/sql/query", body).text())
          .isEqualTo("{\"v\":" + out + "}\n");
      assertThat(
              json()
                  .post(
                      "/sql/script",
                      "{\"script\":\"return sql.query('SELECT $1::"
                          + type
                          + " AS v', [input])[0]\",\"input\":"
                          + in
                          + "}")
                  .text())
          .startsWith("{\"result\":");
    }

    @Test
    void aStreamHasAllItsRows() {
      Response lines =
          json()
              .with("Accept", "application/x-ndjson")
              .post("/sql/query", "{\"sql\":\"SELECT generate_series(1, 20000) AS i\"}");

      assertThat(lines.text().lines().count()).isEqualTo(20_000);
    }

    @Test
    void aTimeoutCancelsOnTheServer() {
      String t = fresh();
      given("CREATE TABLE " + t + " (a int)");

      Response answer =
          execute(
              "{\"sql\":\"INSERT INTO " + t + " SELECT 1 FROM pg_sleep(6)\",\"timeout_ms\":500}");

      assertError(answer, 504, "BACKEND_TIMEOUT");
      Await.until(
          "nothing runs",
          Duration.ofSeconds(3),
          () ->
              server
                  .psql(
                      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                          + " AND query LIKE 'INSERT INTO "
                          + t
                          + "%'")
                  .equals("0"));
      assertThat(rows("SELECT * FROM " + t)).isEqualTo("[]");
    }

    @Test
    void whatARequestSetsEndsWithIt() {
      String t = fresh();
      String before = rows("SHOW work_mem");
      given("CREATE VIEW " + t + " AS SELECT set_config('work_mem', '2345', false) AS s");

      rows("SELECT * FROM " + t);
      given("UPDATE pg_settings SET setting = '2345' WHERE name = 'work_mem'");
      given("CREATE TEMP TABLE left_over (a int)");
      rows("SELECT pg_advisory_lock(7)");

      for (int i = 0; i < 12; i++) {
        assertThat(rows("SHOW work_mem")).isEqualTo(before);
        assertThat(rows("SELECT to_regclass('left_over') AS t")).isEqualTo("[{\"t\":null}]");
        assertThat(rows("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory'"))
            .isEqualTo("[{\"n\":0}]");
      }
    }

    @Test
    void whatNeedsNoTransactionIsTaken() {
      String t = fresh();
      given("CREATE TABLE " + t + " (a int)");

      given("VACUUM " + t);
      given("CREATE INDEX CONCURRENTLY ON " + t + " (a)");
    }

    @Test
    void tablesMayChange() {
      String t = fresh();
      given("CREATE TABLE " + t + " (a int)");
      given("INSERT INTO " + t + " VALUES (1)");
      for (int i = 0; i < 12; i++) {
        assertThat(rows("SELECT * FROM " + t)).isEqualTo("[{\"a\":1}]");
      }

      server.psql("ALTER TABLE " + t + " ALTER a TYPE text, ADD b int DEFAULT 5");

      for (int i = 0; i < 12; i++) {
        assertThat(rows("SELECT * FROM " + t)).isEqualTo("[{\"a\":\"1\",\"b\":5}]");
      }
    }
  }

  @Nested
  class PooledByTransaction extends Pooled {
    @Override
    SidecarProcess sidecar() {
      return ofTransactions;
    }
  }

  @Nested
  class PooledBySession extends Pooled {
    @Override
    SidecarProcess sidecar() {
      return ofSessions;
    }
  }

  @Nested
  class StatementByTransaction extends StatementContract {
    @Override
    SidecarProcess sidecar() {
      return ofTransactions;
    }
  }

  @Nested
  class ScriptByTransaction extends ScriptContract {
    @Override
    SidecarProcess sidecar() {
      return ofTransactions;
    }
  }

  @Nested
  class TablesByTransaction extends TablesContract {
    @Override
    SidecarProcess sidecar() {
      return ofTransactions;
    }
  }

  @Nested
  class SessionByTransaction extends SessionContract {
    @Override
    SidecarProcess sidecar() {
      return ofTransactions;
    }
  }

  @Nested
  class StatementBySession extends StatementContract {
    @Override
    SidecarProcess sidecar() {
      return ofSessions;
    }
  }
}
