package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments, with writers at work: an answered write is there with its exact bytes,
 * an unanswered one is there whole or not at all, times to live go on.
 */
class DurabilityIT {
  private static final int KILLS = 50;
  private static final int WRITERS = 16;
  private static final int KEYS_EACH = 20;
  private static final int LARGEST = 20_000;

  @TempDir private Path data;

  private final Map<String, Written> written = new ConcurrentHashMap<>();
  private final Random random = new Random(20261121);

  /**
   * What is known of a key: nothing below the answered version may be seen, nothing above tried.
   */
  private record Written(int answered, int tried) {}

  @Test
  void keepsEveryAnsweredWriteThroughFiftyKills() throws Exception {
    int answers = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      try (SidecarProcess sidecar = start()) {
        sidecar.awaitReady();
        verifyAll(sidecar.client(), kill);
        answers += writeUntilKilled(sidecar);
      }
    }
    try (SidecarProcess sidecar = start()) {
      sidecar.awaitReady();
      verifyAll(sidecar.client(), KILLS);
    }
    assertThat(answers).as("answered writes").isGreaterThan(KILLS * WRITERS);
  }

  private SidecarProcess start() {
    return SidecarProcess.builder().env("MIKCAR_DATA", data.toString()).start();
  }

  private int writeUntilKilled(SidecarProcess sidecar) throws InterruptedException {
    AtomicInteger answers = new AtomicInteger();
    CountDownLatch writing = new CountDownLatch(WRITERS);
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < WRITERS; w++) {
      int writer = w;
      writers.add(
          Thread.ofPlatform().start(() -> write(sidecar.client(), writer, answers, writing)));
    }
    writing.await();
    // The moment is what is random here, not a wait for something.
    TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
    sidecar.kill();
    for (Thread writer : writers) {
      writer.join();
    }
    return answers.get();
  }

  private void write(HttpClient client, int writer, AtomicInteger answers, CountDownLatch writing) {
    try (var connection = client.open()) {
      for (int i = 0; ; i++) {
        String key = "w" + writer + "-" + (i % KEYS_EACH);
        Written before = written.getOrDefault(key, new Written(0, 0));
        int version = before.tried() + 1;
        written.put(key, new Written(before.answered(), version));
        Response response =
            connection.send("PUT", "/kv/set/" + key + "?ttl=3000", Map.of(), content(key, version));
        assertThat(response.status()).isEqualTo(200);
        written.put(key, new Written(version, version));
        answers.incrementAndGet();
        writing.countDown();
      }
    } catch (UncheckedIOException e) {
      // The process is gone.
    } finally {
      writing.countDown();
    }
  }

  private void verifyAll(HttpClient client, int kills) {
    try (var connection = client.open()) {
      for (Map.Entry<String, Written> entry : written.entrySet()) {
        verify(connection.send("GET", "/kv/get/" + entry.getKey()), entry, kills);
      }
      if (!written.isEmpty()) {
        String key = written.keySet().iterator().next();
        String ttl = connection.send("GET", "/kv/ttl/" + key).text();
        assertThat(ttl).matches("\\{\"ttl\":(-2|[12]\\d{3}|3000)}");
      }
    }
  }

  /** A version that was tried and not answered may have happened; from here on it has, or not. */
  private void verify(Response response, Map.Entry<String, Written> entry, int kills) {
    String key = entry.getKey();
    Written known = entry.getValue();
    if (response.status() == 404) {
      assertThat(known.answered()).as("answered version of %s, kill %d", key, kills).isZero();
      return;
    }
    assertThat(response.status()).as("%s after kill %d: %s", key, kills, response).isEqualTo(200);
    int version = ByteBuffer.wrap(response.body()).getInt();
    assertThat(version)
        .as("version of %s after kill %d", key, kills)
        .isBetween(known.answered(), known.tried());
    assertThat(response.body()).as("%s version %d", key, version).isEqualTo(content(key, version));
    entry.setValue(new Written(version, known.tried()));
  }

  private static byte[] content(String key, int version) {
    Random bytes = new Random(31L * key.hashCode() + version);
    byte[] content = new byte[Integer.BYTES + bytes.nextInt(LARGEST)];
    bytes.nextBytes(content);
    ByteBuffer.wrap(content).putInt(version);
    return content;
  }
}
