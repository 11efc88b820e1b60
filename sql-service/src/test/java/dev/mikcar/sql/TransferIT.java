package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Money moves while the server is restarted and connections are cut: none is lost or made. */
class TransferIT {
  private static final int CLIENTS = 64;
  private static final int ACCOUNTS = 10;
  private static final Duration LOAD =
      Duration.ofSeconds(Integer.getInteger("mikcar.transfer-seconds", 15));
  private static final Duration RECOVERY = Duration.ofSeconds(30);
  private static final String SCRIPT =
      "export default function ({ id, from, to, amount }) {"
          + " const [a] = sql.query('SELECT balance FROM account WHERE id = $1 FOR UPDATE', [Math.min(from, to)]);"
          + " sql.query('SELECT balance FROM account WHERE id = $1 FOR UPDATE', [Math.max(from, to)]);"
          + " sql.execute('UPDATE account SET balance = balance - $2 WHERE id = $1', [from, amount]);"
          + " sql.execute('UPDATE account SET balance = balance + $2 WHERE id = $1', [to, amount]);"
          + " sql.execute('INSERT INTO transfer VALUES ($1, $2, $3, $4)', [id, from, to, amount]);"
          + " return id }";

  @Test
  void noMoneyIsLostOrMade() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      transfer(server, server.url(), Optional.empty());
    }
  }

  @Test
  void noMoneyIsLostOrMadeBehindPgBouncer() throws Exception {
    try (PostgresServer server = PostgresServer.start();
        PgBouncer bouncer = PgBouncer.start(server, "transaction", 6)) {
      transfer(server, bouncer.url(), Optional.of(bouncer));
    }
  }

  private static void transfer(PostgresServer server, String url, Optional<PgBouncer> bouncer)
      throws Exception {
    server.psql(
        "CREATE TABLE account (id int PRIMARY KEY, balance numeric(20,2) NOT NULL);"
            + "INSERT INTO account SELECT i, 1000 FROM generate_series(1, "
            + ACCOUNTS
            + ") i; CREATE TABLE transfer (id text PRIMARY KEY, f int, t int, amount numeric)");
    try (SidecarProcess sidecar =
        SidecarProcess.builder().env("DATABASE_URL", url).start().awaitReady()) {
      Queue<String> answered = new ConcurrentLinkedQueue<>();
      AtomicInteger refused = new AtomicInteger();
      Queue<String> wrong = new ConcurrentLinkedQueue<>();
      AtomicBoolean ended = new AtomicBoolean();
      List<Duration> recoveries = new ArrayList<>();

      try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
        for (int i = 0; i < CLIENTS; i++) {
          int client = i;
          clients.execute(() -> transfer(sidecar, client, ended, answered, refused, wrong));
        }
        long step = LOAD.toMillis() / 3;
        cutConnections(server, step);
        recoveries.add(restart(server, bouncer, sidecar, answered));
        cutConnections(server, step);
        recoveries.add(restart(server, bouncer, sidecar, answered));
        cutConnections(server, step);
        ended.set(true);
        clients.shutdown();
        assertThat(clients.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      }

      System.out.printf(
          "transfers: %d answered, %d refused, recovered after %s%n",
          answered.size(), refused.get(), recoveries);
      assertThat(wrong).isEmpty();
      assertThat(recoveries).allSatisfy(r -> assertThat(r).isLessThan(RECOVERY));
      assertThat(answered.size()).isGreaterThan(20);
      assertThat(server.psql("SELECT sum(balance) FROM account"))
          .isEqualTo(ACCOUNTS * 1000 + ".00");
      assertThat(
              server.psql(
                  "SELECT count(*) FROM account a WHERE balance <> 1000"
                      + " + (SELECT coalesce(sum(amount), 0) FROM transfer WHERE t = a.id)"
                      + " - (SELECT coalesce(sum(amount), 0) FROM transfer WHERE f = a.id)"))
          .isEqualTo("0");
      assertThat(List.of(server.psql("SELECT id FROM transfer").split("\n"))).containsAll(answered);
    }
  }

  /** Cuts some sessions every now and then, for so long. */
  private static void cutConnections(PostgresServer server, long millis) {
    long start = System.nanoTime();
    AtomicInteger cuts = new AtomicInteger();
    Await.until(
        "connections were cut for " + millis + " ms",
        Duration.ofMillis(millis + 30_000),
        () -> {
          long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
          if (passed > cuts.get() * 250L) {
            cuts.incrementAndGet();
            String _ =
                server.psql(
                    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
                        + " WHERE application_name = 'mikcar' ORDER BY random() LIMIT 2) x");
          }
          return passed > millis;
        });
  }

  /** Kills the server and starts it again; how long until a transfer succeeds after that. */
  private static Duration restart(
      PostgresServer server,
      Optional<PgBouncer> bouncer,
      SidecarProcess sidecar,
      Queue<String> answered) {
    server.kill();
    bouncer.ifPresent(PgBouncer::kill);
    Await.until(
        "the sidecar is not ready",
        Duration.ofSeconds(10),
        () -> sidecar.client().get("/health/ready").status() == 503);
    PostgresServer _ = server.serve();
    bouncer.ifPresent(
        b -> {
          PgBouncer _ = b.serve();
        });
    int before = answered.size();
    long start = System.nanoTime();
    Await.until("transfers go on", RECOVERY, () -> answered.size() > before);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static void transfer(
      SidecarProcess sidecar,
      int client,
      AtomicBoolean ended,
      Queue<String> answered,
      AtomicInteger refused,
      Queue<String> wrong) {
    HttpClient http = sidecar.client();
    int count = 0;
    try (Connection connection = http.open()) {
      while (!ended.get()) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int from = random.nextInt(1, ACCOUNTS + 1);
        int to = from % ACCOUNTS + 1;
        String id = client + "-" + count++;
        String body =
            "{\"script\":\"%s\",\"input\":{\"id\":\"%s\",\"from\":%d,\"to\":%d,\"amount\":%d.%02d}}"
                .formatted(SCRIPT, id, from, to, random.nextInt(10), random.nextInt(100));
        Response answer =
            connection.send(
                "POST",
                "/sql/script",
                Map.of("Content-Type", "application/json"),
                body.getBytes(StandardCharsets.UTF_8));
        if (answer.status() == 200) {
          answered.add(id);
        } else if (answer.status() == 503 || answer.status() == 409 || answer.status() == 504) {
          refused.incrementAndGet();
        } else {
          wrong.add(answer.toString() + answer.text());
        }
      }
    } catch (UncheckedIOException e) {
      wrong.add(String.valueOf(e));
    }
  }
}
