package dev.mikcar.test;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * SIGKILL at random moments while writers are at work, many times over. After each: an answered
 * write is there, or a later one, with its exact bytes; an unanswered one is there whole or not at
 * all, and from then on it has happened, or has not. Failures are {@link AssertionError}s.
 */
public final class KillRun {
  private final Plan plan;
  private final Supplier<SidecarProcess> start;
  private final Subject subject;
  private final Map<String, Written> written = new ConcurrentHashMap<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Random random = new Random(20261121);

  /**
   * How much of it.
   *
   * @param kills how often the process is killed
   * @param writers how many write at once, each what no other writes
   * @param keysEach how many things each writes in turn
   * @param largest how many bytes the largest value has, at least 4
   * @param longest the most time from when the first writes were answered to the kill, milliseconds
   */
  public record Plan(int kills, int writers, int keysEach, int largest, int longest) {}

  /** What is written. */
  public interface Subject {
    /** The name of one thing that a writer writes. */
    String key(int writer, int i);

    /** Writes it; the answer must be a success. */
    Response write(Connection connection, String key, int version, byte[] value);

    /** Reads it; the answer is 200 with the value, or 404. */
    Response read(Connection connection, String key);

    /** Looks for more, after all was read; nothing else than these may be there. */
    default void verify(Connection connection, Set<String> keys) {}
  }

  /** What is known: nothing below the answered version may be seen, nothing above the tried one. */
  private record Written(int answered, int tried) {}

  /**
   * A run.
   *
   * @param start starts the process and waits until it is ready, each time on the same data
   */
  public KillRun(Plan plan, Supplier<SidecarProcess> start, Subject subject) {
    this.plan = plan;
    this.start = start;
    this.subject = subject;
  }

  /** Runs it; returns how many writes were answered. */
  public int run() throws InterruptedException {
    int answers = 0;
    for (int kill = 0; kill < plan.kills(); kill++) {
      try (SidecarProcess sidecar = start.get()) {
        verifyAll(sidecar.client(), kill);
        answers += writeUntilKilled(sidecar);
      }
    }
    try (SidecarProcess sidecar = start.get()) {
      verifyAll(sidecar.client(), plan.kills());
    }
    return answers;
  }

  private int writeUntilKilled(SidecarProcess sidecar) throws InterruptedException {
    Queue<String> answered = new ConcurrentLinkedQueue<>();
    CountDownLatch writing = new CountDownLatch(Math.min(plan.writers(), 16));
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < plan.writers(); w++) {
      int writer = w;
      writers.add(
          Thread.ofPlatform().start(() -> write(sidecar.client(), writer, answered, writing)));
    }
    writing.await();
    // The moment is what is random here, not a wait for something.
    TimeUnit.MILLISECONDS.sleep(random.nextInt(plan.longest()));
    sidecar.kill();
    for (Thread writer : writers) {
      writer.join();
    }
    if (!failures.isEmpty()) {
      throw new AssertionError("A writer failed; log:\n" + sidecar.log(), failures.peek());
    }
    return answered.size();
  }

  private void write(
      HttpClient client, int writer, Queue<String> answered, CountDownLatch writing) {
    try (Connection connection = client.open()) {
      for (int i = 0; ; i++) {
        String key = subject.key(writer, i % plan.keysEach());
        Written before = written.getOrDefault(key, new Written(0, 0));
        int version = before.tried() + 1;
        written.put(key, new Written(before.answered(), version));
        Response response = subject.write(connection, key, version, value(key, version));
        require(response.status() / 100 == 2, () -> "a write is answered by " + response);
        written.put(key, new Written(version, version));
        answered.add(key);
        writing.countDown();
      }
    } catch (UncheckedIOException e) {
      // The process is gone.
    } catch (RuntimeException | AssertionError e) {
      failures.add(e);
    } finally {
      // Whoever cannot write shall not hold the others up.
      while (writing.getCount() > 0 && !failures.isEmpty()) {
        writing.countDown();
      }
    }
  }

  private void verifyAll(HttpClient client, int kills) {
    try (Connection connection = client.open()) {
      for (Map.Entry<String, Written> entry : written.entrySet()) {
        verify(subject.read(connection, entry.getKey()), entry, kills);
      }
      subject.verify(connection, written.keySet());
    }
  }

  private void verify(Response response, Map.Entry<String, Written> entry, int kills) {
    String key = entry.getKey();
    Written known = entry.getValue();
    Supplier<String> what = () -> key + " after kill " + kills + ", " + known + ": " + response;
    if (response.status() == 404) {
      require(known.answered() == 0, () -> "lost: " + what.get());
      return;
    }
    require(response.status() == 200, what);
    require(response.body().length >= Integer.BYTES, () -> "not whole: " + what.get());
    int version = ByteBuffer.wrap(response.body()).getInt();
    require(
        version >= known.answered() && version <= known.tried(),
        () -> "version " + version + ": " + what.get());
    require(
        Arrays.equals(response.body(), value(key, version)),
        () -> "not what version " + version + " was: " + what.get());
    entry.setValue(new Written(version, known.tried()));
  }

  private static void require(boolean condition, Supplier<String> otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise.get());
    }
  }

  private byte[] value(String key, int version) {
    Random bytes = new Random(31L * key.hashCode() + version);
    byte[] value = new byte[Integer.BYTES + bytes.nextInt(plan.largest() - Integer.BYTES + 1)];
    bytes.nextBytes(value);
    ByteBuffer.wrap(value).putInt(version);
    return value;
  }
}
