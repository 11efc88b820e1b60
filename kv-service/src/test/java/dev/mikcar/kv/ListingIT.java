package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listings that would take a minute: nobody computes on when nobody waits. */
class ListingIT {
  private static final Duration AT_ONCE = Duration.ofSeconds(8);

  private static final String PREFIX = "a".repeat(1_000);

  /** Matches none of these names, but nearly, from each of their characters on. */
  private static final String PATTERN = "*" + "a".repeat(500) + "b";

  @TempDir private Path data;

  private SidecarProcess startWithKeys(String timeout) throws Exception {
    try (SidecarProcess first = start(timeout)) {
      first.client().put("/kv/set/first", "v");
      assertThat(first.terminate()).isZero();
    }
    StoredKeys.in(data.resolve("kv")).copy("first", PREFIX, 20_000, 0);
    return start(timeout);
  }

  private SidecarProcess start(String timeout) {
    return SidecarProcess.builder()
        .env("MIKCAR_DATA", data.toString())
        .env("REQUEST_TIMEOUT", timeout)
        .start()
        .awaitReady();
  }

  @Test
  void theProcessEndsAtOnceWhenTheCallerOfAGlobHasGone() throws Exception {
    try (SidecarProcess sidecar = startWithKeys("5m")) {
      try (Connection caller = sidecar.client().open()) {
        caller.write(
            "GET /kv/keys/%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(PATTERN)
                .getBytes(StandardCharsets.US_ASCII));
        Await.until("it is being matched", AT_ONCE, () -> isMatching(sidecar));
      }
      long start = System.nanoTime();

      int code = sidecar.terminate();

      assertThat(code).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    }
  }

  @Test
  void aGlobStopsWhenItsCallerGoes() throws Exception {
    try (SidecarProcess sidecar = startWithKeys("5m")) {
      try (Connection caller = sidecar.client().open()) {
        caller.write(
            "GET /kv/scan?count=10000&match=%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(PATTERN)
                .getBytes(StandardCharsets.US_ASCII));
        Await.until("it is being matched", AT_ONCE, () -> isMatching(sidecar));
      }

      Await.until("nothing is matched any more", AT_ONCE, () -> !isMatching(sidecar));
    }
  }

  @Test
  void aGlobStopsWhenItsTimeIsUp() throws Exception {
    try (SidecarProcess sidecar = startWithKeys("1s")) {
      Response answer = sidecar.client().get("/kv/keys/" + PATTERN);

      ApiError.check(answer, 504, "BACKEND_TIMEOUT");
      Await.until("nothing is matched any more", AT_ONCE, () -> !isMatching(sidecar));
    }
  }

  @Test
  void aGlobWithALargeSetIsAnswered() throws Exception {
    try (SidecarProcess sidecar = startWithKeys("30s")) {
      Response answer = sidecar.client().get("/kv/keys/*[" + "b".repeat(900) + "]");

      assertThat(answer.text()).isEqualTo("{\"keys\":[]}");
    }
  }

  /** Whether a thread is matching, as the JVM's own tool sees it. */
  private static boolean isMatching(SidecarProcess sidecar) {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    try {
      Process process =
          new ProcessBuilder(jcmd, Long.toString(sidecar.pid()), "Thread.print")
              .redirectErrorStream(true)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .contains("dev.mikcar.kv.store.Glob.matches");
    } catch (IOException e) {
      throw new IllegalStateException("jcmd cannot be run", e);
    }
  }
}
