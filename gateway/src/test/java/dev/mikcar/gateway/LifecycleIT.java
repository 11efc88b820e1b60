package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process from its first moment to its last. */
class LifecycleIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void theSocketServesWhatThePortServes(@TempDir Path folder) throws IOException {
    // Given
    Path socket = folder.resolve("m.sock");
    try (SidecarProcess process = withSocket(socket).start()) {
      process.unixClient().put("/kv/set/a", "value");

      // When
      Response answer = process.client().get("/kv/get/a");

      // Then
      assertThat(answer.text()).isEqualTo("value");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-rw----");
    }
  }

  @Test
  void theSocketOfAKilledProcessIsReplaced(@TempDir Path folder) throws IOException {
    // Given
    Path socket = folder.resolve("m.sock");
    try (SidecarProcess killed = withSocket(socket).start()) {
      killed.kill();
    }
    assertThat(Files.exists(socket)).as("a stale socket").isTrue();

    // When
    try (SidecarProcess process = withSocket(socket).start()) {

      // Then
      assertThat(process.unixClient().get("/health").status()).isEqualTo(200);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-rw----");
    }
  }

  @Test
  void theSocketIsRemovedAtTheEnd(@TempDir Path folder) {
    // Given
    Path socket = folder.resolve("m.sock");
    try (SidecarProcess process = withSocket(socket).start()) {

      // When
      int code = process.terminate();

      // Then
      assertThat(code).isZero();
      assertThat(socket).doesNotExist();
    }
  }

  @Test
  void aProcessThatIsAskedToEndHasSucceeded() {
    // Given
    try (SidecarProcess process = memory().start()) {

      // When
      int code = process.terminate();

      // Then
      assertThat(code).isZero();
      assertThat(process.log()).doesNotContain("ERROR", "\tat ");
    }
  }

  @Test
  void aRequestThatRunsIsFinishedWhileNewOnesAreRefused() {
    // Given
    try (SidecarProcess process = memory().start();
        Connection slow = process.client().open()) {
      slow.write(
          bytes("PUT /kv/set/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello"));
      awaitRunning(process.client(), 2);

      // When
      CompletableFuture<Integer> code = CompletableFuture.supplyAsync(process::terminate);
      Await.until("new requests are refused", SOON, () -> isRefused(process.client()));
      slow.write(bytes("world"));
      Response answer = slow.read();

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      assertThat(code.orTimeout(15, TimeUnit.SECONDS).join()).isZero();
    }
  }

  @Test
  void aRequestThatDoesNotEndHoldsTheProcessForTenSecondsAtMost() {
    // Given
    try (SidecarProcess process = memory().start();
        Connection stuck = process.client().open()) {
      stuck.write(
          bytes("PUT /kv/set/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello"));
      awaitRunning(process.client(), 2);
      long start = System.nanoTime();

      // When
      int code = process.terminate();

      // Then
      assertThat(code).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(14));
    }
  }

  @Test
  void noMoreConnectionsAreOpenThanQuarkusIsToldToTake() {
    // Given
    try (SidecarProcess process = memory().env("QUARKUS_HTTP_LIMITS_MAX_CONNECTIONS", "2").start();
        Connection first = process.client().open()) {
      first.send("GET", "/health");
      try (Connection second = process.client().open()) {
        second.send("GET", "/health");

        // When
        try (Connection third = process.client().open()) {

          // Then
          assertThat(third.isClosedByPeer(SOON)).isTrue();
        }
        assertThat(first.send("GET", "/health").status()).isEqualTo(200);
      }
      Await.until("there is room again", SOON, () -> isServed(process.client()));
    }
  }

  private static boolean isServed(HttpClient client) {
    try {
      return client.get("/health").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  @Test
  void aFolderBelongsToOneProcessAtATimeAndTheNextTakesOverByItself(@TempDir Path folder) {
    // Given
    SidecarProcess.Builder builder =
        SidecarProcess.builder().args("--kv").env("MIKCAR_DATA", folder.toString());
    try (SidecarProcess first = builder.start().awaitReady();
        SidecarProcess second = builder.start()) {
      first.client().put("/kv/set/a", "value");
      second.awaitLog("Cannot open the backend of kv");

      // When
      Response ready = second.client().get("/health/ready");
      Response get = second.client().get("/kv/get/a");

      // Then
      assertThat(ready.status()).as(ready.toString()).isEqualTo(503);
      assertThat(get.status()).as(get.toString()).isEqualTo(503);
      assertThat(get.text()).contains("BACKEND_UNAVAILABLE");
      assertThat(get.header("Retry-After")).isPresent();

      // When
      first.terminate();
      second.awaitReady();

      // Then
      assertThat(second.client().get("/kv/get/a").text()).isEqualTo("value");
    }
  }

  /** The one that asks is among them. */
  private static void awaitRunning(HttpClient client, int requests) {
    Await.until(
        requests + " requests run",
        SOON,
        () ->
            client
                .get("/metrics")
                .text()
                .lines()
                .anyMatch(
                    line ->
                        line.startsWith("http_server_active_requests{")
                            && line.endsWith(" " + requests + ".0")));
  }

  private static boolean isRefused(HttpClient client) {
    try {
      return client.get("/kv/exists/a").status() == 503;
    } catch (UncheckedIOException e) {
      return true;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static SidecarProcess.Builder memory() {
    return SidecarProcess.builder().args("--kv").env("KV_URL", "memory://");
  }

  private static SidecarProcess.Builder withSocket(Path socket) {
    return memory().env("MIKCAR_SOCKET", socket.toString());
  }
}
