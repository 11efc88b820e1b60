package dev.mikcar.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Producers and consumers at work while the process is killed again and again: what was answered is
 * delivered. With {@code -Dmikcar.queue.messages=200000}, as long as one likes; {@code
 * -Dmikcar.queue.kills=10} and {@code -Dmikcar.queue.workers=20} of each kind.
 */
class NoLossIT {
  private static final int MESSAGES = Integer.getInteger("mikcar.queue.messages", 6_000);
  private static final int KILLS = Integer.getInteger("mikcar.queue.kills", 3);
  private static final int WORKERS = Integer.getInteger("mikcar.queue.workers", 8);
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path data;

  private final AtomicReference<HttpClient> client = new AtomicReference<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger producing = new AtomicInteger();
  private final Map<String, Integer> consumed = new ConcurrentHashMap<>();
  private final Queue<String> order = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  @Test
  void everyAnsweredMessageIsDelivered() throws Exception {
    // When
    run(WORKERS, WORKERS, MESSAGES / WORKERS, KILLS);

    // Then
    int duplicates = consumed.values().stream().mapToInt(times -> times - 1).sum();
    System.out.printf(
        "%d messages through %d kills: %d delivered more than once%n",
        consumed.size(), KILLS, duplicates);
    assertThat(consumed).hasSize(MESSAGES / WORKERS * WORKERS);
  }

  @Test
  void oneConsumerSeesEachProducersOrder() throws Exception {
    // When
    run(4, 1, 200, 1);

    // Then
    Set<String> seen = new HashSet<>();
    Map<String, Integer> last = new HashMap<>();
    for (String message : order) {
      if (seen.add(message)) {
        String producer = message.substring(0, message.indexOf('-'));
        int number = Integer.parseInt(message.substring(message.indexOf('-') + 1));
        Integer before = last.put(producer, number);
        assertThat(number)
            .as("of producer %s", producer)
            .isEqualTo(before == null ? 0 : before + 1);
      }
    }
    assertThat(seen).hasSize(4 * 200);
  }

  private void run(int producers, int consumers, int each, int kills) throws Exception {
    SidecarProcess sidecar = start();
    try {
      producing.set(producers);
      List<Thread> workers = new ArrayList<>();
      for (int p = 0; p < producers; p++) {
        String producer = "p" + p;
        workers.add(Thread.ofPlatform().start(() -> guarded(() -> produce(producer, each))));
      }
      for (int c = 0; c < consumers; c++) {
        workers.add(Thread.ofPlatform().start(() -> guarded(() -> consume(producers * each))));
      }
      for (int kill = 1; kill <= kills; kill++) {
        int when = producers * each * kill / (kills + 1);
        Await.until(
            when + " messages are stored",
            LIMIT,
            () -> answered.get() >= when || !failures.isEmpty());
        sidecar.kill();
        sidecar.close();
        sidecar = start();
      }
      for (Thread worker : workers) {
        worker.join(LIMIT.toMillis());
        assertThat(worker.isAlive()).as("still at work; log:%n%s", sidecar.log()).isFalse();
      }
      assertThat(failures).as("log:%n%s", sidecar.log()).isEmpty();
    } catch (AssertionError | InterruptedException e) {
      failures.add(e); // The workers end.
      throw e;
    } finally {
      sidecar.close();
    }
  }

  private SidecarProcess start() {
    SidecarProcess sidecar =
        SidecarProcess.builder()
            .env("MIKCAR_DATA", data.toString())
            .env("QUEUE_MAX_ATTEMPTS", "1000")
            .start()
            .awaitReady();
    client.set(sidecar.client());
    return sidecar;
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | AssertionError e) {
      failures.add(e);
    }
  }

  /** The process is gone; the next one comes, or the test has failed. */
  private void awaitNext(HttpClient used) {
    Await.until(
        "there is another process", LIMIT, () -> !used.equals(client.get()) || !failures.isEmpty());
  }

  /** A push that was not answered is made again: it may be there twice then. */
  private void produce(String producer, int each) {
    int next = 0;
    while (next < each && failures.isEmpty()) {
      HttpClient used = client.get();
      try (Connection connection = used.open()) {
        while (next < each) {
          byte[] body = ("\"" + producer + "-" + next + "\"").getBytes(UTF_8);
          Response response = connection.send("POST", "/queue/push/jobs", Map.of(), body);
          assertThat(response.status()).as("%s", response).isEqualTo(200);
          answered.incrementAndGet();
          next++;
        }
      } catch (UncheckedIOException e) {
        awaitNext(used);
      }
    }
    producing.decrementAndGet();
  }

  private void consume(int all) {
    while ((consumed.size() < all || producing.get() > 0) && failures.isEmpty()) {
      HttpClient used = client.get();
      try (Connection connection = used.open()) {
        while (consumed.size() < all || producing.get() > 0) {
          Response response =
              connection.send("GET", "/queue/pop/batch/jobs?max=20&timeout=1&lease=300", Map.of());
          assertThat(response.status()).as("%s", response).isEqualTo(200);
          for (JsonNode message : JSON.readTree(response.body()).get("messages")) {
            String text = message.get("payload").asText();
            consumed.merge(text, 1, Integer::sum);
            order.add(text);
            Response ack =
                connection.send("POST", "/queue/ack/jobs/" + message.get("id").asText(), Map.of());
            assertThat(ack.status()).as("%s", ack).isEqualTo(200);
          }
        }
      } catch (UncheckedIOException e) {
        awaitNext(used);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
