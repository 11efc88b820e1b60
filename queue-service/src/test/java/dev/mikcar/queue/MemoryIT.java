package dev.mikcar.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What queues and those who wait for them cost. */
class MemoryIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int WAITING = Integer.getInteger("mikcar.queue.waiting", 1_000);

  @Test
  void queuesInMemoryEndInARefusalRatherThanInTheEndOfTheProcess() {
    try (SidecarProcess sidecar =
        SidecarProcess.builder()
            .jvm("-Xmx96m")
            .env("QUEUE_URL", "memory://")
            .env("MIKCAR_SOCKET", "q.sock")
            .start()) {
      HttpClient client = sidecar.awaitReady().client();
      byte[] body = new byte[100_000];

      int stored = 0;
      Response last = client.post("/queue/push/q" + stored, body);
      while (last.status() == 200 && stored < 10_000) {
        stored++;
        last = client.post("/queue/push/q" + stored % 7, body);
      }

      ApiError.check(last, 503, "BACKEND_UNAVAILABLE");
      assertThat(last.header("Retry-After")).isPresent();
      assertThat(stored).as("messages of 100 kB in 24 MiB").isBetween(200, 260);
      assertThat(client.send("POST", "/queue/purge/q1").status()).isEqualTo(200);
      assertThat(client.post("/queue/push/q1", body).status()).isEqualTo(200);
      assertThat(sidecar.log()).doesNotContain("OutOfMemory");
    }
  }

  @Test
  void whoWaitsCostsNoThreadAndIsForgottenWhenItGoes() throws IOException {
    try (SidecarProcess sidecar =
        SidecarProcess.builder().jvm("-Xmx256m").env("QUEUE_URL", "memory://").start()) {
      HttpClient client = sidecar.awaitReady().client();
      assertThat(client.get("/queue/pop/jobs?timeout=0").status()).isEqualTo(200);
      long before = threads(sidecar.pid());
      List<Connection> waiting = new ArrayList<>();
      try {
        for (int i = 0; i < WAITING; i++) {
          Connection connection = client.open();
          waiting.add(connection);
          connection.write(
              "GET /queue/pop/jobs?timeout=600 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(US_ASCII));
        }

        for (int i = 0; i < 10; i++) {
          assertThat(client.post("/queue/push/jobs", "" + i).status()).isEqualTo(200);
        }

        Await.until(
            "ten have got a message",
            SOON,
            () -> client.get("/queue/len/jobs").text().contains("\"length\":0,\"leased\":0"));
        assertThat(threads(sidecar.pid())).isLessThan(before + 30);
      } finally {
        waiting.forEach(Connection::close);
      }
      assertThat(client.post("/queue/push/jobs", "after").status()).isEqualTo(200);
      Await.until(
          "nobody waits any more",
          SOON,
          () -> client.get("/queue/len/jobs").text().contains("\"length\":1,\"leased\":0"));
    }
  }

  private static long threads(long pid) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return tasks.count();
    }
  }
}
