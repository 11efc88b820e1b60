package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Traces, as a collector gets them. */
class TracingIT {
  private static final Duration EXPORT = Duration.ofSeconds(20);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  @Test
  void aRequestIsASpanOfTheTraceThatItBelongsTo() throws IOException {
    // Given
    try (Collector collector = Collector.open();
        SidecarProcess process = traced(collector.url()).start()) {

      // When
      Response answer = process.client().with("traceparent", PARENT).get("/kv/exists/a");

      // Then
      assertThat(answer.header("X-Trace-ID")).contains(TRACE);
      Await.until("the span arrives", EXPORT, () -> collector.hasTrace(TRACE));
      assertThat(collector.text()).contains("service.name", "mikcar").doesNotContain("mikcar-kv");
    }
  }

  @Test
  void aRequestWithoutATraceHasItsOwnAndTheAnswerNamesIt() throws IOException {
    // Given
    try (Collector collector = Collector.open();
        SidecarProcess process = traced(collector.url()).start()) {

      // When
      String id = process.client().get("/kv/exists/a").header("X-Trace-ID").orElseThrow();

      // Then
      Await.until("the span of " + id + " arrives", EXPORT, () -> collector.hasTrace(id));
    }
  }

  @Test
  void aSpanHasNoTokenNoValueAndTheNameOfTheProcess() throws IOException {
    // Given
    try (Collector collector = Collector.open();
        SidecarProcess process =
            traced(collector.url())
                .env("SIDECAR_TOKEN", "token-s3cret")
                .args("--service-name=shop")
                .start()) {

      // When
      Response answer =
          process
              .client()
              .with("Authorization", "Bearer token-s3cret")
              .with("traceparent", PARENT)
              .put("/kv/set/a", "value-s3cret");

      // Then
      assertThat(answer.status()).isEqualTo(200);
      Await.until("the span arrives", EXPORT, () -> collector.hasTrace(TRACE));
      assertThat(collector.text()).contains("shop").doesNotContain("s3cret");
    }
  }

  @Test
  void aSpanHasNoSecret() throws IOException {
    // Given
    try (Collector collector = Collector.open();
        SidecarProcess process =
            traced(collector.url())
                .args("--secrets")
                .env("SECRETS_URL", "memory://")
                .start()
                .awaitReady()) {
      HttpClient client =
          process.client().with("Content-Type", "application/json").with("traceparent", PARENT);

      // When
      Response created = client.post("/secrets/secret/a", "{\"value\":\"value-s3cret\"}");
      Response read = client.get("/secrets/secret/a");

      // Then
      assertThat(created.status()).isEqualTo(201);
      assertThat(read.text()).contains("value-s3cret");
      Await.until("the span arrives", EXPORT, () -> collector.hasTrace(TRACE));
      Await.until(
          "the span of the read arrives",
          EXPORT,
          () -> collector.text().contains("/secrets/secret/{name}"));
      assertThat(collector.text()).doesNotContain("s3cret");
    }
  }

  @Test
  void tracesAreSentOverGrpc() throws IOException {
    // Given
    try (ServerSocket collector = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        SidecarProcess process =
            memory().env("OTLP_ENDPOINT", "http://127.0.0.1:" + collector.getLocalPort()).start()) {
      collector.setSoTimeout((int) EXPORT.toMillis());

      // When
      process.client().get("/kv/exists/a");

      // Then: what an HTTP/2 connection begins with, RFC 9113 section 3.4
      try (Socket connection = collector.accept()) {
        connection.setSoTimeout((int) EXPORT.toMillis());
        byte[] preface = connection.getInputStream().readNBytes(14);
        assertThat(new String(preface, StandardCharsets.US_ASCII)).isEqualTo("PRI * HTTP/2.0");
      }
    }
  }

  @Test
  void aCollectorThatIsDownHurtsNoRequest() {
    // Given
    try (SidecarProcess process =
        memory().env("OTLP_ENDPOINT", "http://127.0.0.1:" + Ports.free()).start()) {

      // When
      Response answer = process.client().get("/kv/exists/a");

      // Then
      assertThat(answer.status()).isEqualTo(200);
      assertThat(process.awaitReady().isAlive()).isTrue();
    }
  }

  /** Over HTTP, which a stub can speak; that this wins is that settings of Quarkus do. */
  private static SidecarProcess.Builder traced(String url) {
    return memory()
        .env("OTLP_ENDPOINT", url)
        .env("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .env("QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "200ms");
  }

  private static SidecarProcess.Builder memory() {
    return SidecarProcess.builder().args("--kv").env("KV_URL", "memory://");
  }
}
