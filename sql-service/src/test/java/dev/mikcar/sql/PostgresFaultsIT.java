package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
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

/** Servers that are away or silent, readers that are slow: none costs others their sessions. */
class PostgresFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ONE = "{\"sql\":\"SELECT 1 AS a\"}";

  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SidecarProcess sidecar(String url, String... settings) {
    SidecarProcess.Builder builder = SidecarProcess.builder().env("DATABASE_URL", url);
    for (int i = 0; i < settings.length; i += 2) {
      builder.env(settings[i], settings[i + 1]);
    }
    return builder.start().awaitReady();
  }

  private static HttpClient json(SidecarProcess sidecar) {
    return sidecar.client().with("Content-Type", "application/json");
  }

  private static String through(SwallowingLine line) {
    return server.url().replace(":" + server.port() + "/", ":" + line.port() + "/");
  }

  /** Opens so many sessions: all of them are in use at the same time. */
  private static void openSessions(SidecarProcess sidecar, int count) {
    List<CompletableFuture<Response>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      CompletableFuture<Response> answer = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () ->
                  answer.complete(
                      json(sidecar)
                          .post(
                              "/sql/query",
                              "{\"sql\":\"SELECT pg_advisory_xact_lock_shared(1)\"}")));
      answers.add(answer);
    }
    Await.until(
        count + " sessions wait",
        SOON,
        () ->
            server
                .psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                        + " AND query LIKE '%xact_lock_shared%'")
                .equals(Integer.toString(count)));
    answers.forEach(answer -> assertThat(answer.isDone()).isFalse());
  }

  @Test
  void silentIdleSessionsCostOneRequest() {
    try (SwallowingLine line = new SwallowingLine(server.port());
        SidecarProcess sidecar =
            sidecar(through(line) + "?application_name=silent", "SQL_POOL_SIZE", "6")) {
      try (PostgresServer.Lock _ = server.lock(1)) {
        openSessions(sidecar, 6);
      }
      Await.until("all are idle", SOON, () -> sessions("silent", "idle") == 6);

      line.swallow();
      assertThat(line.swallowing()).isEqualTo(6);

      assertThat(json(sidecar).post("/sql/query", ONE).status()).isIn(200, 503, 504);
      Await.until("the others are given up too", SOON, () -> line.swallowing() == 0);
      for (int i = 0; i < 8; i++) {
        assertThat(json(sidecar).post("/sql/query", ONE).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aSessionThatCannotBeClearedIsReplaced() {
    try (SwallowingLine line = new SwallowingLine(server.port());
        SidecarProcess sidecar =
            sidecar(through(line), "SQL_POOL_SIZE", "1", "SQL_POOL_WAIT", "25s")) {
      line.swallowFrom("RESET SESSION AUTHORIZATION");
      Response setting = json(sidecar).post("/sql/query", "{\"sql\":\"SET work_mem = 1234\"}");
      Await.until("it is being cleared", SOON, () -> line.swallowing() == 1);
      line.swallowFrom("");

      Response next = json(sidecar).post("/sql/query", ONE);

      assertThat(setting.status()).isEqualTo(200);
      assertThat(next.status()).as(next.toString()).isEqualTo(200);
      assertThat(line.swallowing()).isZero();
    }
  }

  @Test
  void sessionsEndWhenTheyAreIdleOrOld() {
    try (SidecarProcess sidecar =
        sidecar(server.url() + "?application_name=idle", "SQL_POOL_IDLE", "1s")) {
      assertThat(json(sidecar).post("/sql/query", ONE).status()).isEqualTo(200);

      Await.until("no session is left", SOON, () -> sessions("idle", "idle") == 0);
    }
    try (SidecarProcess sidecar =
        sidecar(
            server.url() + "?application_name=old",
            "SQL_POOL_LIFETIME",
            "2s",
            "SQL_POOL_SIZE",
            "1")) {
      String first = process(sidecar);

      Await.until("another session answers", SOON, () -> !process(sidecar).equals(first));
    }
  }

  private static int sessions(String application, String state) {
    return Integer.parseInt(
        server.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = '"
                + application
                + "' AND state = '"
                + state
                + "'"));
  }

  private static String process(SidecarProcess sidecar) {
    Response answer =
        json(sidecar).post("/sql/query", "{\"sql\":\"SELECT pg_backend_pid() AS p\"}");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.text();
  }

  /** Where the first of two servers is there again, the second one is told. */
  @Test
  void aCancellationGoesToTheServerOfItsSession() {
    try (PostgresServer first = PostgresServer.start()) {
      first.kill();
      String url =
          server
              .url()
              .replace(
                  "127.0.0.1:" + server.port(),
                  "127.0.0.1:" + first.port() + ",127.0.0.1:" + server.port());
      server.psql("CREATE TABLE cancelled (a int)");
      try (SidecarProcess sidecar = sidecar(url, "SQL_POOL_SIZE", "1")) {
        PostgresServer _ = first.serve();

        Response answer =
            json(sidecar)
                .post(
                    "/sql/execute",
                    "{\"sql\":\"INSERT INTO cancelled SELECT 1 FROM"
                        + " pg_sleep(60)\",\"timeout_ms\":1000}");

        assertThat(answer.status()).as(answer.toString()).isEqualTo(504);
        Await.until(
            "it has stopped",
            SOON,
            () ->
                server
                    .psql(
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
                            + " AND query LIKE 'INSERT INTO cancelled%'")
                    .equals("0"));
        assertThat(server.psql("SELECT count(*) FROM cancelled")).isEqualTo("0");
      }
    }
  }

  @Test
  void aReaderWhoTakesNothingDoesNotKeepItsSession() {
    byte[] body =
        "{\"sql\":\"SELECT generate_series(1, 50000000) AS i, repeat('x', 1000) AS x\"}"
            .getBytes(StandardCharsets.US_ASCII);
    try (SidecarProcess sidecar =
            sidecar(
                server.url() + "?application_name=slow",
                "SQL_POOL_SIZE",
                "1",
                "REQUEST_TIMEOUT",
                "2s");
        Connection reader = sidecar.client().open()) {
      reader.write(
          ("POST /sql/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Accept: application/x-ndjson\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      reader.write(body);
      Await.until("the only session is the stream's", SOON, () -> sessions("slow", "active") == 1);

      Await.until(
          "others have it", SOON, () -> json(sidecar).post("/sql/query", ONE).status() == 200);
      assertThat(reader.isClosedByPeer(SOON)).isTrue();
    }
  }
}
