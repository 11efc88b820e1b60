package dev.mikcar.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a process: nothing is delivered any more, and what was can still be settled. */
class ShutdownIT extends WireContract {
  @TempDir private Path data;

  private SidecarProcess sidecar;

  @BeforeEach
  void start() {
    sidecar = start("10s");
  }

  private SidecarProcess start(String grace) {
    return SidecarProcess.builder()
        .env("MIKCAR_DATA", data.toString())
        .env("QUARKUS_SHUTDOWN_TIMEOUT", grace)
        .start()
        .awaitReady();
  }

  @AfterEach
  void stop() {
    sidecar.close();
  }

  @Override
  HttpClient http() {
    return sidecar.client();
  }

  @Test
  void deliveriesStopFirstAndSettlingWorksToTheEnd() {
    // Given
    push("jobs", "1");
    push("jobs", "2");
    push("jobs", "3");
    JsonNode first = lease("jobs", 600);
    JsonNode second = lease("jobs", 600);
    try (Connection waiting = http().open()) {
      waiting.write(
          "GET /queue/pop/other?timeout=600 HTTP/1.1\r\nHost: localhost\r\n\r\n"
              .getBytes(US_ASCII));

      // When
      CompletableFuture<Integer> code = CompletableFuture.supplyAsync(sidecar::terminate);
      Await.until(
          "new requests are refused",
          SOON,
          () -> http().post("/queue/push/jobs", "late").status() == 503);

      // Then
      assertThat(http().get("/queue/pop/jobs?timeout=0").status()).isEqualTo(503);
      assertThat(json(waiting.read()).get("message").isNull()).isTrue();
      assertThat(
              post("extend/jobs/" + second.get("id").asText() + "?lease=600")
                  .get("status")
                  .asText())
          .isEqualTo("extended");
      assertThat(ack("jobs", first).status()).isEqualTo(200);
      assertThat(nack("jobs", second).get("status").asText()).isEqualTo("returned");
      assertThat(code.orTimeout(20, TimeUnit.SECONDS).join()).isZero();
    }
    sidecar.close();
    start();
    assertThat(get("pop/batch/jobs?timeout=0").get("messages").findValuesAsText("payload"))
        .containsExactly("2", "3");
  }

  @Test
  void leasesThatAreLeftReturn() {
    // Given
    sidecar.close();
    sidecar = start("2s");
    push("jobs", "1");
    JsonNode leased = lease("jobs", 600);

    // When
    assertThat(sidecar.terminate()).isZero();
    sidecar.close();
    start();

    // Then
    JsonNode again = popNow("jobs");
    assertThat(again.get("message_id")).isEqualTo(leased.get("message_id"));
    assertThat(again.get("attempts").asInt()).isEqualTo(2);
  }
}
