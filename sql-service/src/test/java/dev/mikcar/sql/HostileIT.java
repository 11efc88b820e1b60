package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A process in a heap of 256 MiB under scripts, statements, streams and bodies of somebody who
 * wants it to end: 40 s, or as long as {@code -Dmikcar.hostile.seconds} says.
 */
class HostileIT {
  private static final int SECONDS = Integer.getInteger("mikcar.hostile.seconds", 40);
  private static final int CALLERS = 6;

  /** The heap, and as much again for classes, code, stacks and SQLite. */
  private static final long MOST_MEBIBYTES = 600;

  private static final List<String> SCRIPTS =
      List.of(
          "while (true) {}",
          "return BigInt('7'.repeat(16000000))",
          "const a = []; while (true) a.push('x'.repeat(1000) + a.length)",
          "let s = 'x'; while (true) s += s",
          "'x'.repeat(1 << 20).split('').map((c) => [c]).length",
          "Array.from({ length: 4e9 }).length",
          "[].slice.call({ length: 2 ** 32 - 1 }).length",
          "'a'.repeat(1 << 19).includes('a'.repeat(1 << 18) + 'b')",
          "let x = []; for (let i = 0; i < 30; i++) x = [x, x]; return x",
          "JSON.parse('['.repeat(500000))",
          "/^(a+)+$/.test('a'.repeat(60) + 'b')",
          "const f = () => f() + 1; f()",
          "return new Promise(() => {})",
          "while (true) sql.query('SELECT 1 AS a')",
          "sql.query('SELECT hex(zeroblob(7000000)) AS x').length");

  private static final List<String> STATEMENTS =
      List.of(
          "SELECT hex(zeroblob(30000000)) AS x",
          "SELECT hex(zeroblob(7000000)) AS x",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
          "SELECT " + "(".repeat(900) + "1" + ")".repeat(900),
          "SELECT * FROM (".repeat(5000) + "SELECT 1" + ")".repeat(5000),
          "SELECT fts3_tokenizer('simple')",
          "SELECT load_extension('/x')",
          "EXPLAIN PRAGMA writable_schema = ON",
          "ATTACH '/etc/passwd' AS x",
          "SELECT '" + "x".repeat(900_000) + "'",
          "SELECT json('" + "[".repeat(10000) + "')",
          "CREATE TEMP TABLE q AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
              + " WHERE i < 100000) SELECT i FROM n",
          "\0",
          "'");

  @Test
  void aProcessInASmallHeapSurvives() throws Exception {
    try (SidecarProcess process =
        SidecarProcess.builder()
            .env("SQL_SCRIPT_TIMEOUT", "500ms")
            .env("REQUEST_TIMEOUT", "2s")
            .jvm("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC")
            .start()
            .awaitReady()) {
      // Given: what it is like when it is warm
      attack(process, Duration.ofSeconds(Math.max(8, SECONDS / 5)));
      Vital before = Vital.of(process);

      // When
      attack(process, Duration.ofSeconds(SECONDS));

      // Then
      assertThat(process.isAlive()).isTrue();
      Vital after = Vital.of(process);
      assertThat(after.threads()).as("threads").isLessThan(before.threads() + 20);
      assertThat(after.mebibytes()).as("MiB").isLessThan(MOST_MEBIBYTES);
      long start = System.nanoTime();
      Response next = script(process.client(), "return 1 + 1");
      assertThat(next.text()).isEqualTo("{\"result\":2,\"queries_executed\":0}");
      assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
    }
  }

  private static void attack(SidecarProcess process, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Random random = new Random(i);
      callers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (System.nanoTime() < end && process.isAlive()) {
                      one(process, random);
                    }
                  }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
  }

  /** Whatever the answer, or none: what counts is that the process goes on. */
  private static void one(SidecarProcess process, Random random) {
    HttpClient client =
        process
            .client()
            .withTimeout(Duration.ofSeconds(20))
            .with("Content-Type", "application/json");
    try {
      switch (random.nextInt(4)) {
        case 0 -> script(client, pick(SCRIPTS, random));
        case 1 -> query(client, pick(STATEMENTS, random));
        case 2 -> query(client.with("Accept", "application/x-ndjson"), pick(STATEMENTS, random));
        default ->
            client.post(
                "/sql/query",
                random.nextBoolean()
                    ? "[".repeat(500_000)
                    : "{\"sql\":\"SELECT 1\",\"params\":[" + "1,".repeat(300_000) + "1]}");
      }
    } catch (RuntimeException e) {
      assertThat(e).isNotInstanceOf(NullPointerException.class);
    }
  }

  private static String pick(List<String> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }

  private static Response script(HttpClient client, String script) {
    return client
        .with("Content-Type", "application/json")
        .post("/sql/script", "{\"script\":" + WireContract.quoted(script) + "}");
  }

  private static void query(HttpClient client, String sql) {
    Response _ =
        client.post("/sql/query", "{\"sql\":" + WireContract.quoted(sql).replace("\0", "") + "}");
  }

  /** What the kernel says of a process. */
  private record Vital(long threads, long mebibytes) {
    static Vital of(SidecarProcess process) throws IOException {
      long threads = 0;
      long kibibytes = 0;
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
        String number = line.replaceAll("\\D", "");
        if (line.startsWith("Threads:")) {
          threads = Long.parseLong(number);
        } else if (line.startsWith("VmRSS:")) {
          kibibytes = Long.parseLong(number);
        }
      }
      return new Vital(threads, kibibytes >> 10);
    }
  }
}
