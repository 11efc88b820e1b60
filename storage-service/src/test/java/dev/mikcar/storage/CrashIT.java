package dev.mikcar.storage;

import static dev.mikcar.storage.Objects.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments while 200 writers are at work: every object is whole, old or new; every
 * answered one is there; nothing else is.
 */
class CrashIT {
  private static final int KILLS = 20;
  private static final int WRITERS = 200;
  private static final int LARGEST = 200_000;
  private static final Pattern LOCATION = Pattern.compile("\"location\":\"([^\"]+)\"");

  @TempDir private Path data;

  private final Map<String, Written> written = new ConcurrentHashMap<>();
  private final Random random = new Random(20261121);

  /** Nothing below the answered version may be seen, nothing above the one that was tried. */
  private record Written(int answered, int tried) {}

  @Test
  void keepsEveryAnsweredObjectWholeThroughTwentyKills() throws Exception {
    int answers = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      try (SidecarProcess sidecar = start()) {
        verifyAll(sidecar.client(), kill);
        answers += writeUntilKilled(sidecar);
      }
    }
    try (SidecarProcess sidecar = start()) {
      verifyAll(sidecar.client(), KILLS);
      assertNoLeftovers();
    }
    assertThat(answers).as("answered writes").isGreaterThan(KILLS * 10);
  }

  private SidecarProcess start() {
    return SidecarProcess.builder().env("MIKCAR_DATA", data.toString()).start().awaitReady();
  }

  private int writeUntilKilled(SidecarProcess sidecar) throws InterruptedException {
    AtomicInteger answers = new AtomicInteger();
    CountDownLatch writing = new CountDownLatch(10);
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < WRITERS; w++) {
      int writer = w;
      writers.add(
          Thread.ofPlatform().start(() -> write(sidecar.client(), writer, answers, writing)));
    }
    writing.await();
    // The moment is what is random here, not a wait for something.
    TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
    sidecar.kill();
    for (Thread writer : writers) {
      writer.join();
    }
    return answers.get();
  }

  private void write(HttpClient client, int writer, AtomicInteger answers, CountDownLatch writing) {
    try (var connection = client.open()) {
      for (int i = 0; ; i++) {
        String path = "w" + writer % 7 + "/o" + writer + "-" + i % 3;
        Written before = written.getOrDefault(path, new Written(0, 0));
        int version = before.tried() + 1;
        written.put(path, new Written(before.answered(), version));
        Response response =
            connection.send(
                "PUT",
                route(path),
                Map.of("X-Meta-Version", Integer.toString(version)),
                content(path, version));
        assertThat(response.status()).isEqualTo(201);
        written.put(path, new Written(version, version));
        answers.incrementAndGet();
        writing.countDown();
      }
    } catch (UncheckedIOException e) {
      // The process is gone.
    }
  }

  private void verifyAll(HttpClient client, int kills) {
    try (var connection = client.open()) {
      for (Map.Entry<String, Written> entry : written.entrySet()) {
        verify(connection.send("GET", route(entry.getKey())), entry, kills);
      }
      Matcher listed = LOCATION.matcher(connection.send("GET", "/storage/list").text());
      while (listed.find()) {
        assertThat(written).as("kill %d", kills).containsKey(listed.group(1));
      }
    }
  }

  private static void verify(Response response, Map.Entry<String, Written> entry, int kills) {
    String path = entry.getKey();
    Written known = entry.getValue();
    if (response.status() == 404) {
      assertThat(known.answered()).as("answered version of %s, kill %d", path, kills).isZero();
      return;
    }
    assertThat(response.status()).as("%s after kill %d: %s", path, kills, response).isEqualTo(200);
    int version = ByteBuffer.wrap(response.body()).getInt();
    assertThat(version)
        .as("version of %s after kill %d", path, kills)
        .isBetween(known.answered(), known.tried());
    assertThat(response.body())
        .as("%s version %d", path, version)
        .isEqualTo(content(path, version));
    assertThat(response.header("X-Meta-Version")).contains(Integer.toString(version));
    entry.setValue(new Written(version, known.tried()));
  }

  private void assertNoLeftovers() throws IOException {
    try (Stream<Path> left = Files.list(data.resolve("storage/tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  private static byte[] content(String path, int version) {
    Random bytes = new Random(31L * path.hashCode() + version);
    byte[] content = new byte[Integer.BYTES + bytes.nextInt(LARGEST)];
    bytes.nextBytes(content);
    ByteBuffer.wrap(content).putInt(version);
    return content;
  }
}
