package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Many move money between the same two accounts, in both directions, so that any two may be in each
 * other's way: most get through, and the others are told why not.
 */
class ContentionIT {
  private static final int CALLERS = 16;
  private static final int EACH = 20;
  private static final String SCRIPT =
      "const [a] = sql.query('SELECT balance FROM purse WHERE id = $1', [input.from]);"
          + " if (a.balance < 1) throw new Error('not enough');"
          + " sql.execute('UPDATE purse SET balance = balance - 1 WHERE id = $1', [input.from]);"
          + " sql.execute('UPDATE purse SET balance = balance + 1 WHERE id = $1', [input.to]);"
          + " sql.execute('INSERT INTO moved VALUES ($1, $2)', [input.id, input.to])";

  @Test
  void mostTransfersGetThrough() throws Exception {
    try (PostgresServer server = PostgresServer.start();
        SidecarProcess sidecar =
            SidecarProcess.builder().env("DATABASE_URL", server.url()).start().awaitReady()) {
      String _ =
          server.psql(
              "CREATE TABLE purse (id int PRIMARY KEY, balance int);"
                  + "INSERT INTO purse VALUES (1, 1000), (2, 1000);"
                  + "CREATE TABLE moved (id text PRIMARY KEY, account int)");
      Queue<String> done = new ConcurrentLinkedQueue<>();
      Queue<Integer> refused = new ConcurrentLinkedQueue<>();
      List<Future<?>> callers = new ArrayList<>();
      long start = System.nanoTime();
      try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
        for (int i = 0; i < CALLERS; i++) {
          int caller = i;
          callers.add(threads.submit(() -> move(sidecar, caller, done, refused)));
        }
      }
      for (Future<?> caller : callers) {
        caller.get();
      }

      System.out.printf(
          "contention: %d of %d transfers in %d ms%n",
          done.size(), CALLERS * EACH, (System.nanoTime() - start) / 1_000_000);
      assertThat(done.size() + refused.size()).isEqualTo(CALLERS * EACH);
      assertThat(refused).isSubsetOf(409, 503, 504);
      assertThat(done.size()).isGreaterThan(CALLERS * EACH * 3 / 4);
      assertThat(List.of(server.psql("SELECT id FROM moved").split("\n"))).containsAll(done);
      assertThat(
              server.psql(
                  "SELECT count(*) FROM purse p WHERE balance = 1000"
                      + " + (SELECT count(*) FROM moved WHERE account = p.id)"
                      + " - (SELECT count(*) FROM moved WHERE account <> p.id)"))
          .isEqualTo("2");
    }
  }

  private static void move(
      SidecarProcess sidecar, int caller, Queue<String> done, Queue<Integer> refused) {
    try (Connection connection = sidecar.client().open()) {
      for (int i = 0; i < EACH; i++) {
        int from = 1 + (caller + i) % 2;
        String id = caller + "-" + i;
        String body =
            "{\"script\":\"%s\",\"input\":{\"id\":\"%s\",\"from\":%d,\"to\":%d}}"
                .formatted(SCRIPT, id, from, 3 - from);
        Response answer =
            connection.send(
                "POST",
                "/sql/script",
                Map.of("Content-Type", "application/json"),
                body.getBytes(StandardCharsets.UTF_8));
        if (answer.status() == 200) {
          done.add(id);
        } else {
          refused.add(answer.status());
        }
      }
    }
  }
}
