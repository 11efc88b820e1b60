package dev.mikcar.storage;

import static dev.mikcar.storage.Objects.get;
import static dev.mikcar.storage.Objects.put;
import static dev.mikcar.storage.Objects.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.storage.s3.MotoServer;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application before an S3 server that nobody of us wrote, moto. */
class MotoIT {
  private static final long LARGE = Long.getLong("mikcar.moto.mib", 60) << 20;

  @TempDir private static Path folder;

  private static MotoServer server;
  private static SidecarProcess sidecar;

  @BeforeAll
  static void start() throws Exception {
    server = new MotoServer(folder);
    sidecar = sidecar().env("STORAGE_MAX_OBJECT_SIZE", "4M").start().awaitReady();
  }

  private static SidecarProcess.Builder sidecar() {
    return SidecarProcess.builder()
        .env("STORAGE_URL", "s3://" + server.rest(server.newBucket()))
        .jvm("-Xmx64m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=64m");
  }

  @AfterAll
  static void stop() throws Exception {
    sidecar.close();
    server.stop();
  }

  @Nested
  class Wire extends ObjectWireIT.Contract {
    @Override
    HttpClient http() {
      return sidecar.client();
    }

    /** Without the types of forms: moto reads those itself, and keeps nothing. */
    @Override
    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "application/xml"})
    void aBodyIsNeverParsed(String type) {
      super.aBodyIsNeverParsed(type);
    }
  }

  /** 60 MiB, or as many as {@code -Dmikcar.moto.mib=…} says. */
  @Test
  void aLargeObjectArrivesAndComesBackAndTheLogHasNoError() throws Exception {
    Path sent = folder.resolve("sent");
    Path received = folder.resolve("received");
    write(sent);
    try (SidecarProcess large = sidecar().start().awaitReady()) {
      String url = "http://127.0.0.1:" + large.port() + route("large");

      // When
      long begin = System.nanoTime();
      String created = curl("-T", sent.toString(), url);
      long put = System.nanoTime();
      curl("-o", received.toString(), url);
      long got = System.nanoTime();

      // Then
      System.out.printf(
          "%d MiB to moto in %.1f s, back in %.1f s%n",
          LARGE >> 20, (put - begin) / 1e9, (got - put) / 1e9);
      assertThat(created).contains("\"size\":" + LARGE);
      assertThat(Files.mismatch(sent, received)).isEqualTo(-1);

      // When: all that a caller may do, and one that reads the beginning only
      HttpClient http = large.client();
      String etag = put(http, "small", "0123456789").header("ETag").orElseThrow();
      assertThat(get(http, "small", "If-None-Match", etag).status()).isEqualTo(304);
      assertThat(get(http, "small", "If-Match", "\"other\"").status()).isEqualTo(412);
      assertThat(get(http, "small", "Range", "bytes=2-3").text()).isEqualTo("23");
      assertThat(get(http, "small", "Range", "bytes=10-").status()).isEqualTo(416);
      assertThat(get(http, "missing").status()).isEqualTo(404);
      assertThat(put(http, "small", "x", "If-None-Match", "*").status()).isEqualTo(412);
      for (int i = 0; i < 5; i++) {
        leave(large.port());
      }
      assertThat(http.delete(route("small")).status()).isEqualTo(200);
      assertThat(large.terminate()).isZero();

      // Then
      assertThat(large.log()).doesNotContain("had to drop", "ERROR");
    }
  }

  private static void leave(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              ("GET " + route("large") + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(100_000)).hasSize(100_000);
    }
  }

  private static void write(Path path) throws IOException {
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (var out = Files.newOutputStream(path)) {
      for (long written = 0; written < LARGE; written += block.length) {
        block[0]++;
        out.write(block);
      }
    }
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
}
