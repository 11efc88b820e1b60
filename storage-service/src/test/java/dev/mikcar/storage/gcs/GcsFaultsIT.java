package dev.mikcar.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.storage.FaultyLine;
import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole application before the stub, with a line between them that is bad in many ways. */
class GcsFaultsIT {
  private static final int SIZE = 12 << 20;

  @TempDir private static Path folder;
  private static GcsStub stub;
  private static FaultyLine line;
  private static SidecarProcess sidecar;
  private static HttpClient http;
  private static byte[] content;

  @BeforeAll
  static void start() throws Exception {
    StubAccount account = new StubAccount();
    stub = new GcsStub(folder, account);
    line = new FaultyLine(stub.port());
    String root = "http://127.0.0.1:" + line.port();
    Path key = Files.writeString(folder.resolve("key.json"), account.file(root));
    sidecar =
        SidecarProcess.builder()
            .env(
                "STORAGE_URL",
                "gs://" + stub.newBucket() + "?endpoint=" + root + "&credentials=" + key)
            .start()
            .awaitReady();
    http = sidecar.client().withTimeout(Duration.ofSeconds(60));
    content = new byte[SIZE];
    new Random(1).nextBytes(content);
    assertThat(http.put("/storage/object/large", content).status()).isEqualTo(201);
  }

  @AfterAll
  static void stop() throws Exception {
    sidecar.close();
    line.close();
    stub.close();
  }

  private static void assertWorksAgain() {
    line.pass();
    Await.until(
        "objects come again",
        Duration.ofSeconds(30),
        () -> http.get("/storage/object/large").status() == 200);
    assertThat(http.get("/storage/object/large").body()).isEqualTo(content);
    assertThat(http.get("/health/ready").status()).isEqualTo(200);
    assertThat(sidecar.log()).doesNotContain("PRIVATE KEY", "ya29.", "upload_id");
  }

  /** Every way through the client that the packaged application has. */
  @Test
  void whenTheLineIsGoodEverythingWorks() {
    assertWorksAgain();
    Response part = http.with("Range", "bytes=6000000-6000009").get("/storage/object/large");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.header("Content-Range")).contains("bytes 6000000-6000009/" + SIZE);
    HttpClient json = http.with("Content-Type", "application/json");
    assertThat(http.put("/storage/object/small", "x").status()).isEqualTo(201);
    assertThat(http.with("If-None-Match", "*").put("/storage/object/small", "y").status())
        .isEqualTo(412);
    assertThat(json.post("/storage/copy", "{\"from\":\"small\",\"to\":\"copy\"}").status())
        .isEqualTo(200);
    assertThat(json.post("/storage/move", "{\"from\":\"copy\",\"to\":\"moved\"}").status())
        .isEqualTo(200);
    assertThat(http.get("/storage/list?delimiter=/").text())
        .contains("\"location\":\"large\"", "\"location\":\"moved\"", "\"location\":\"small\"");
    Response signed = json.post("/storage/sign/small", "{\"method\":\"GET\",\"expires_in\":60}");
    assertThat(signed.text()).contains("X-Goog-Signature=");
    assertThat(
            json.post("/storage/delete/batch", "{\"paths\":[\"small\",\"moved\",\"no\"]}").text())
        .contains("\"deleted\":2");
    assertThat(http.get("/storage/object/small").status()).isEqualTo(404);
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
    assertThat(get.text()).contains("BACKEND_UNAVAILABLE");
    assertThat(get.header("Retry-After")).isPresent();
    assertThat(put.status()).as("%s", put).isEqualTo(503);
    assertThat(ready.status()).isEqualTo(503);
    assertWorksAgain();
  }

  @Test
  void whenTheStoreHangsTheAnswerIs504() {
    // Given
    line.hang();

    // When
    long begun = System.nanoTime();
    Response get = http.get("/storage/object/large");

    // Then
    assertThat(get.status()).as("%s", get).isEqualTo(504);
    assertThat(get.text()).contains("BACKEND_TIMEOUT");
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(29));
    assertWorksAgain();
  }

  @Test
  void anAnswerThatIsCutIsContinued() {
    // Given: every connection ends after so many bytes
    line.cutAfter(5_000_000);

    // When
    Response get = http.get("/storage/object/large");

    // Then
    assertThat(get.status()).isEqualTo(200);
    assertThat(get.body()).isEqualTo(content);
    assertWorksAgain();
  }

  @Test
  void anAnswerThatCannotBeContinuedIsNeverTakenForWhole() {
    // Given: a store that refuses to go on when a part of the object was sent
    line.cutAfter(5_000_000);
    stub.refuse(1000, 503, request -> request.header("Range").isPresent());

    // Then
    assertThatThrownBy(() -> http.get("/storage/object/large"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("closed");
    stub.refuseNoMore();
    assertWorksAgain();
  }

  @Test
  void anUploadGoesThroughASlowAndBrokenLine() {
    // Given: the answers of the store are cut in their heads
    line.cutAfter(40);

    // When
    Response put = http.put("/storage/object/unsaid", "x");

    // Then
    assertThat(put.status()).as("%s", put).isEqualTo(503);
    assertWorksAgain();
  }

  @Test
  void slowDownIsRepeatedAndThenSaid() {
    for (String status : new String[] {"503 Service Unavailable", "429 Too Many Requests"}) {
      // Given
      String body = "{\"error\":{\"code\":503,\"message\":\"Slow down\"}}";
      line.answer(
          "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(status, body.length(), body));

      // When
      int before = line.connections();
      Response list = http.get("/storage/list");

      // Then
      assertThat(list.status()).as("%s", list).isEqualTo(503);
      assertThat(line.connections() - before).isGreaterThan(1);
      assertWorksAgain();
    }
  }
}
