package dev.mikcar.storage;

import static org.assertj.core.api.Assertions.assertThat;

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
 * 2 GiB go in and out through a JVM with a heap of 64 MiB and grow it by less than 64 MiB. The
 * client is curl.
 */
class LargeObjectIT {
  private static final long SIZE = 2L << 30;

  @TempDir private Path temporary;

  @Test
  void twoGibibytesPassInBoundedMemory() throws Exception {
    // Given
    Path sent = large();
    Path received = temporary.resolve("received");
    try (SidecarProcess sidecar =
        SidecarProcess.builder()
            .jvm("-Xmx64m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=64m")
            .start()
            .awaitReady()) {
      String url = "http://127.0.0.1:" + sidecar.port() + "/storage/object/large";
      curl("--data-binary", "x", "-X", "PUT", url + "-warm-up");
      long before = resident(sidecar);

      // When
      String created = curl("-T", sent.toString(), url);
      String chunked = curl("-T", sent.toString(), "-H", "Transfer-Encoding: chunked", url + "-2");
      curl("-o", received.toString(), url);
      long after = resident(sidecar);

      // Then
      assertThat(created).contains("\"size\":" + SIZE);
      assertThat(chunked).contains("\"size\":" + SIZE);
      assertThat(Files.mismatch(sent, received)).isEqualTo(-1);
      assertThat(after - before).as("growth, KiB, from %d", before).isLessThan(64 << 10);
    }
  }

  private Path large() throws IOException {
    Path path = temporary.resolve("sent");
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long written = 0; written < SIZE; written += block.length) {
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

  /** KiB. */
  private static long resident(SidecarProcess sidecar) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + sidecar.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
