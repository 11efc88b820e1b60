package dev.mikcar.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.storage.s3.S3Server;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects that are larger than the JVM go in and out of it, and grow it by less than 64 MiB. 2 GiB
 * in files; elsewhere 128 MiB, or as many as {@code -Dmikcar.large.mib=2048} says. The client is
 * curl.
 */
class LargeObjectIT {
  private static final long MIB = 1 << 20;
  private static final long SIZE = Long.getLong("mikcar.large.mib", 128) * MIB;
  private static final long MOST_GROWTH = 64 * MIB;

  @TempDir private Path temporary;

  @Test
  void files() throws Exception {
    assertThat(growth(2048 * MIB, sidecar(64))).isLessThan(MOST_GROWTH);
  }

  @Test
  void s3() throws Exception {
    // Given
    S3Server server = new S3Server(Files.createDirectory(temporary.resolve("s3")));
    String url = "s3://" + S3Server.rest(server.newBucket(), server.port());

    // Then
    assertThat(growth(SIZE, sidecar(64).env("STORAGE_URL", url))).isLessThan(MOST_GROWTH);
    server.stop();
  }

  /** Twice, and half of the heap is for objects: so much it has to grow. */
  @Test
  void memory() throws Exception {
    long heap = 4 * SIZE / MIB + 128;
    assertThat(
            growth(
                SIZE,
                sidecar(heap)
                    .env("STORAGE_URL", "memory://")
                    .jvm("-Xms" + heap + "m", "-XX:+AlwaysPreTouch")))
        .isLessThan(MOST_GROWTH);
  }

  private static SidecarProcess.Builder sidecar(long heapMib) {
    return SidecarProcess.builder()
        .jvm("-Xmx" + heapMib + "m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=64m");
  }

  /** In bytes, while an object goes in with and without a length, and out. */
  private long growth(long size, SidecarProcess.Builder builder) throws Exception {
    // Given
    Path sent = large(size);
    Path received = temporary.resolve("received");
    try (SidecarProcess sidecar = builder.start().awaitReady()) {
      String url = "http://127.0.0.1:" + sidecar.port() + "/storage/object/large";
      // Typed, since s3proxy reads the body of a form to check the signature.
      curl("--data-binary", "x", "-H", "Content-Type: a/b", "-X", "PUT", url + "-warm-up");
      long before = resident(sidecar);

      // When
      long begin = System.nanoTime();
      String created = curl("-T", sent.toString(), url);
      String chunked = curl("-T", sent.toString(), "-H", "Transfer-Encoding: chunked", url + "-2");
      curl("-o", received.toString(), url);
      long after = resident(sidecar);

      // Then
      assertThat(created).contains("\"size\":" + size);
      assertThat(chunked).contains("\"size\":" + size);
      assertThat(Files.mismatch(sent, received)).isEqualTo(-1);
      System.out.printf(
          "%d MiB in twice and out once in %d s: %d MiB, then %d%n",
          size / MIB,
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
          before / MIB,
          after / MIB);
      return after - before;
    }
  }

  private Path large(long size) throws IOException {
    Path path = temporary.resolve("sent");
    byte[] block = new byte[(int) MIB];
    new Random(1).nextBytes(block);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long written = 0; written < size; written += block.length) {
        ByteBuffer bytes = ByteBuffer.wrap(block).putLong(0, written);
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      }
    }
    return path;
  }

  private static String curl(String... arguments) throws Exception {
    Process curl =
        new ProcessBuilder(
                Stream.concat(
                        Stream.of("curl", "-sS", "--fail-with-body", "--max-time", "300"),
                        Stream.of(arguments))
                    .toList())
            .redirectErrorStream(true)
            .start();
    String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(curl.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(curl.exitValue()).as("curl %s: %s", List.of(arguments), output).isZero();
    return output;
  }

  private static long resident(SidecarProcess sidecar) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + sidecar.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
