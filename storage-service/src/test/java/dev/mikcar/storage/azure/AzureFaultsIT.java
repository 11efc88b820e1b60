package dev.mikcar.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.storage.FaultyLine;
import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole application before Azure, with a line between them that is bad in many ways. */
class AzureFaultsIT {
  private static final int SIZE = 12 << 20;

  @TempDir private static Path folder;

  private static AzureServer server;
  private static FaultyLine line;
  private static SidecarProcess sidecar;
  private static HttpClient http;
  private static byte[] content;

  @BeforeAll
  static void start() throws Exception {
    server = new AzureServer(folder);
    line = new FaultyLine(server.port());
    sidecar =
        SidecarProcess.builder()
            .env("STORAGE_URL", "az://" + server.rest(server.newContainer(), line.port()))
            .env("REQUEST_TIMEOUT", "10s")
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
    server.close();
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
    Response end = http.with("Range", "bytes=-10").get("/storage/object/large");
    assertThat(end.header("Content-Range"))
        .contains("bytes " + (SIZE - 10) + "-" + (SIZE - 1) + "/" + SIZE);
    assertThat(http.with("Range", "bytes=" + SIZE + "-").get("/storage/object/large").status())
        .isEqualTo(416);
  }

  @Test
  void whenTheStoreIsGoneTheAnswerIs503() {
    // Given
    line.refuse();

    // When
    Response get = http.get("/storage/object/large");
    Response put = http.put("/storage/object/new", "x");
    Response large = http.put("/storage/object/new", content);
    Response ready = http.get("/health/ready");

    // Then
    assertThat(get.status()).as("%s", get).isEqualTo(503);
    assertThat(get.text()).contains("BACKEND_UNAVAILABLE").doesNotContain(server.key());
    assertThat(get.header("Retry-After")).isPresent();
    assertThat(put.status()).as("%s", put).isEqualTo(503);
    assertThat(large.status()).as("%s", large).isEqualTo(503);
    assertThat(ready.status()).isEqualTo(503);
    assertWorksAgain();
    assertThat(http.get("/storage/object/new").status()).isEqualTo(404);
    assertThat(sidecar.log()).doesNotContain(server.key());
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
  void anAnswerThatIsCutGoesOnWhereItWas() {
    // Given: three connections have more than the object
    line.cutAfter(5_000_000);

    // When
    Response whole = http.get("/storage/object/large");

    // Then
    assertThat(whole.body()).isEqualTo(content);
    assertWorksAgain();
  }

  @Test
  void anAnswerThatIsCutAgainAndAgainIsNeverTakenForWhole() {
    // Given
    line.cutAfter(1_000_000);

    // Then
    assertThatThrownBy(() -> http.get("/storage/object/large"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("closed");
    assertWorksAgain();
  }

  @Test
  void anAnswerThatStopsIsCut() {
    // Given: Azure says more than it sends, and leaves the connection open
    line.answer(
        String.join(
            "\r\n",
            "HTTP/1.1 200 OK",
            "Content-Length: 100",
            "Content-Type: text/plain",
            "ETag: \"0x8D\"",
            "Last-Modified: Sat, 01 Nov 2025 00:00:00 GMT",
            "x-ms-blob-type: BlockBlob",
            "",
            "the beginning"));

    // Then
    assertThatThrownBy(() -> http.get("/storage/object/large"))
        .isInstanceOf(UncheckedIOException.class);
    assertWorksAgain();
  }

  @Test
  void blocksThatAnotherWriteTookAreSaid() {
    // Given: what Azure says to a commit of blocks that are gone
    line.answer(error(400, "InvalidBlockList", "The specified block list is invalid."));

    // When
    Response put = http.put("/storage/object/other", "x");

    // Then
    assertThat(put.status()).as("%s", put).isEqualTo(503);
    assertThat(put.text()).contains("another write");
    assertWorksAgain();
  }

  @Test
  void aLeaseIsNoCondition() {
    // Given
    line.answer(error(412, "LeaseIdMissing", "There is currently a lease on the blob."));

    // When
    Response put = http.put("/storage/object/other", "x");

    // Then
    assertThat(put.status()).as("%s", put).isEqualTo(409);
    assertThat(put.text()).contains("lease");
    assertWorksAgain();
  }

  private static String error(int status, String code, String message) {
    String body =
        "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, message);
    return String.join(
        "\r\n",
        "HTTP/1.1 " + status + " " + message,
        "Content-Type: application/xml",
        "x-ms-error-code: " + code,
        "Content-Length: " + body.length(),
        "",
        body);
  }

  @Test
  void aBusyServerIsAskedAgainAndThenSaid() {
    // Given
    line.answer(error(503, "ServerBusy", "Egress is over the account limit."));

    // When
    int before = line.connections();
    Response list = http.get("/storage/list");

    // Then
    assertThat(list.status()).as("%s", list).isEqualTo(503);
    assertThat(list.text()).contains("BACKEND_UNAVAILABLE");
    assertThat(line.connections() - before).isGreaterThan(1);
    assertWorksAgain();
  }
}
