package dev.mikcar.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The routes before Azure. A large object goes through a heap of 64 MiB: 64 MiB of it, or as many
 * as the system property {@code mikcar.azure.large-mib} says (2048 takes a few minutes).
 */
class AzureWireIT {
  private static final long LARGE = Long.getLong("mikcar.azure.large-mib", 64) << 20;
  private static final Pattern URL = Pattern.compile("\"url\":\"([^\"]+)\"");

  @TempDir private static Path folder;

  private static AzureServer server;
  private static SidecarProcess sidecar;
  private static HttpClient http;

  @BeforeAll
  static void start() throws Exception {
    server = new AzureServer(folder);
    sidecar =
        SidecarProcess.builder()
            .env("STORAGE_URL", "az://" + server.rest(server.newContainer(), server.port()))
            .jvm("-Xmx64m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=64m")
            .start()
            .awaitReady();
    http = sidecar.client();
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    server.close();
  }

  @Test
  void headersConditionsAndChecksums() throws Exception {
    // When
    byte[] content = "content".getBytes(StandardCharsets.UTF_8);
    String md5 =
        Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(content));
    Map<String, String> headers =
        Map.of(
            "Content-Type", "application/x-www-form-urlencoded",
            "Cache-Control", "max-age=60",
            "Content-Disposition", "attachment; filename=\"a  b.txt\"",
            "X-Meta-Two-Words", "x",
            "Content-MD5", md5,
            "If-None-Match", "*");
    Response put = http.send("PUT", "/storage/object/w/1", headers, content);
    Response again = http.send("PUT", "/storage/object/w/1", headers, content);
    Response wrong =
        http.send("PUT", "/storage/object/w/1", Map.of("Content-MD5", md5), new byte[] {1});

    // Then
    assertThat(put.status()).as("%s", put).isEqualTo(201);
    assertThat(again.status()).isEqualTo(412);
    assertThat(wrong.status()).isEqualTo(400);
    Response get = http.get("/storage/object/w/1");
    assertThat(get.body()).isEqualTo(content);
    assertThat(get.header("Content-Type")).contains("application/x-www-form-urlencoded");
    assertThat(get.header("Content-Disposition")).contains("attachment; filename=\"a  b.txt\"");
    assertThat(get.header("Cache-Control")).contains("max-age=60");
    assertThat(get.header("X-Meta-Two-Words")).contains("x");
    String etag = get.header("ETag").orElseThrow();
    assertThat(put.header("ETag")).contains(etag);
    assertThat(http.with("If-None-Match", etag).get("/storage/object/w/1").status()).isEqualTo(304);
    assertThat(http.with("If-Match", "\"other\"").get("/storage/object/w/1").status())
        .isEqualTo(412);
    assertThat(http.with("If-Match", "\"other\"").send("DELETE", "/storage/object/w/1").status())
        .isEqualTo(412);
    assertThat(http.with("If-Match", etag).send("DELETE", "/storage/object/w/1").status())
        .isEqualTo(200);
    assertThat(http.get("/storage/object/w/1").status()).isEqualTo(404);
  }

  @Test
  void listsCopiesMovesAndDeletesManyAtOnce() {
    // Given
    HttpClient json = http.with("Content-Type", "application/json");
    assertThat(http.put("/storage/object/l/1", "x").status()).isEqualTo(201);

    // When
    Response copy = json.post("/storage/copy", "{\"from\":\"l/1\",\"to\":\"l/2\"}");
    Response move = json.post("/storage/move", "{\"from\":\"l/1\",\"to\":\"l/3/4\"}");

    // Then
    assertThat(copy.text()).contains("copied");
    assertThat(move.text()).contains("moved");
    assertThat(http.get("/storage/list/l/?delimiter=/").text())
        .contains("\"location\":\"l/2\"", "\"prefixes\":[\"l/3/\"]")
        .doesNotContain("l/1");
    assertThat(json.post("/storage/delete/batch", "{\"paths\":[\"l/2\",\"l/3/4\",\"l/1\"]}").text())
        .contains("\"deleted\":2");
    assertThat(http.get("/storage/list/l/").text()).contains("\"objects\":[]");
  }

  @Test
  void aSignedUrlNeedsNoSidecar() throws Exception {
    // Given
    http.put("/storage/object/signed", "content");
    HttpClient json = http.with("Content-Type", "application/json");

    // When
    Response answer = json.post("/storage/sign/signed", "{\"method\":\"GET\",\"expires_in\":60}");

    // Then
    Matcher url = URL.matcher(answer.text());
    assertThat(url.find()).as("%s", answer).isTrue();
    assertThat(url.group(1)).startsWith(server.endpoint(server.port()));
    try (java.net.http.HttpClient stranger = java.net.http.HttpClient.newHttpClient()) {
      assertThat(
              stranger
                  .send(
                      HttpRequest.newBuilder(URI.create(url.group(1))).build(),
                      HttpResponse.BodyHandlers.ofString())
                  .body())
          .isEqualTo("content");
    }
  }

  @Test
  void aLargeObjectPassesInBoundedMemory() throws Exception {
    // Given
    Path sent = large();
    Path received = folder.resolve("received");
    String url = "http://127.0.0.1:" + sidecar.port() + "/storage/object/large";
    byte[] warm = new byte[12 << 20];
    assertThat(http.put("/storage/object/warm", warm).status()).isEqualTo(201);
    assertThat(http.get("/storage/object/warm").body()).hasSize(warm.length);
    long before = resident();

    // When
    long begin = System.nanoTime();
    String created = curl("-T", sent.toString(), "-H", "Transfer-Encoding: chunked", url);
    long put = System.nanoTime();
    curl("-o", received.toString(), url);
    long got = System.nanoTime();
    long after = resident();

    // Then
    System.out.printf(
        "%d MiB: put in %.1f s, got in %.1f s, resident %d KiB before and %d KiB after%n",
        LARGE >> 20, (put - begin) / 1e9, (got - put) / 1e9, before, after);
    assertThat(created).contains("\"size\":" + LARGE);
    assertThat(Files.mismatch(sent, received)).isEqualTo(-1);
    assertThat(after - before).as("growth, KiB, from %d", before).isLessThan(64 << 10);
  }

  private static Path large() throws IOException {
    Path path = folder.resolve("sent");
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (var out = Files.newOutputStream(path)) {
      for (long written = 0; written < LARGE; written += block.length) {
        block[0]++;
        out.write(block);
      }
    }
    return path;
  }

  private static String curl(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("curl", "-sS", "--fail-with-body", "--max-time", "600"));
    command.addAll(List.of(arguments));
    Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(curl.waitFor(600, TimeUnit.SECONDS)).isTrue();
    assertThat(curl.exitValue()).as("curl %s: %s", command, output).isZero();
    return output;
  }

  /** KiB. */
  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + sidecar.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
