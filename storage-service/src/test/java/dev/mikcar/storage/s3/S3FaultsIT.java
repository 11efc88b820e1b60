package dev.mikcar.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.storage.FaultyLine;
import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole application before S3, with a line between them that is bad in many ways. */
class S3FaultsIT {
  private static final int SIZE = 12 << 20;
  private static final int SLOW = 4 << 20;

  private static S3Server server;
  private static FaultyLine line;
  private static String url;
  private static SidecarProcess sidecar;
  private static HttpClient http;
  private static byte[] content;

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server();
    line = new FaultyLine(server.port());
    url = "s3://" + S3Server.rest(server.newBucket(), line.port());
    sidecar = SidecarProcess.builder().env("STORAGE_URL", url).start().awaitReady();
    http = sidecar.client().withTimeout(Duration.ofSeconds(60));
    content = new byte[SIZE];
    new Random(1).nextBytes(content);
    assertThat(http.put("/storage/object/large", content).status()).isEqualTo(201);
  }

  @AfterAll
  static void stop() throws Exception {
    sidecar.close();
    line.close();
    server.stop();
  }

  private static void assertWorksAgain() {
    line.pass();
    Await.until(
        "objects come again",
        Duration.ofSeconds(30),
        () -> http.get("/storage/object/large").status() == 200);
    assertThat(http.get("/storage/object/large").body()).isEqualTo(content);
    assertThat(http.get("/health/ready").status()).isEqualTo(200);
  }

  @Test
  void whenTheLineIsGoodObjectsGoBothWays() {
    assertWorksAgain();
    Response part = http.with("Range", "bytes=6000000-6000009").get("/storage/object/large");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.header("Content-Range")).contains("bytes 6000000-6000009/" + SIZE);
  }

  @Test
  void whenTheStoreIsGoneTheAnswerIs503() {
    // Given
    line.refuse();

    // When
    Response get = http.get("/storage/object/large");
    Response put = http.put("/storage/object/new", "x");
    Response ready = http.get("/health/ready");

    // Then
    assertThat(get.status()).as("%s", get).isEqualTo(503);
    assertThat(get.text()).contains("BACKEND_UNAVAILABLE").doesNotContain("test-secret");
    assertThat(get.header("Retry-After")).isPresent();
    assertThat(put.status()).as("%s", put).isEqualTo(503);
    assertThat(ready.status()).isEqualTo(503);
    assertWorksAgain();
    assertThat(sidecar.log()).doesNotContain("test-secret");
  }

  @Test
  void whenTheStoreHangsTheAnswerIs504() {
    // Given
    line.hang();

    // When
    Response get = http.get("/storage/object/large");

    // Then
    assertThat(get.status()).as("%s", get).isEqualTo(504);
    assertThat(get.text()).contains("BACKEND_TIMEOUT");
    assertWorksAgain();
  }

  @Test
  void anAnswerThatIsCutIsNeverTakenForWhole() {
    // Given
    line.cutAfter(5_000_000);
    long begin = System.nanoTime();

    // Then
    assertThatThrownBy(() -> http.get("/storage/object/large"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("closed");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    assertWorksAgain();
  }

  @Test
  void slowDownIsRetriedAndThenSaid() {
    // Given
    line.answer(
        "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 96\r\n\r\n"
            + "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Reduce your rate"
            + "</Message></Error>   ");

    // When
    int before = line.connections();
    Response list = http.get("/storage/list");

    // Then
    assertThat(list.status()).as("%s", list).isEqualTo(503);
    assertThat(line.connections() - before).isGreaterThan(1);
    assertWorksAgain();
  }

  @Test
  void whenTheStoreIsSlowAnswersBeginInTimeOrAre504AndThenTakeTheirTime() {
    try (SidecarProcess hasty =
        SidecarProcess.builder()
            .env("STORAGE_URL", url)
            .env("REQUEST_TIMEOUT", "2s")
            .start()
            .awaitReady()) {
      // Given: never silent for long, but the head of an answer takes much longer than the request
      // may
      line.drip(1, Duration.ofMillis(100));

      // When
      Response head = hasty.client().get("/storage/object/large");

      // Then
      assertThat(head.status()).as("%s", head).isEqualTo(504);
      assertThat(head.text()).contains("BACKEND_TIMEOUT");

      // Given: the head comes at once, the rest takes longer than the request may
      line.drip(64 * 1024, Duration.ofMillis(50));

      // When
      long begin = System.nanoTime();
      Response part =
          hasty.client().with("Range", "bytes=0-" + (SLOW - 1)).get("/storage/object/large");

      // Then
      assertThat(part.body()).isEqualTo(Arrays.copyOf(content, SLOW));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
    }
    assertWorksAgain();
  }
}
