package dev.mikcar.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A large object goes in and out through a JVM with a heap of 64 MiB and grows it by less than 64
 * MiB. By default 256 MiB; {@code -Dmikcar.test.gcs.mebibytes=2048} for 2 GiB, which needs as much
 * room in the temporary folder.
 */
class GcsLargeObjectIT {
  private static final int MEBIBYTE = 1 << 20;
  private static final int COUNT = Integer.getInteger("mikcar.test.gcs.mebibytes", 256);

  @TempDir private Path folder;

  @Test
  void largeObjectsPassInBoundedMemory() throws Exception {
    // Given
    try (GcsStub stub = new GcsStub(folder, null);
        HttpClient client = HttpClient.newHttpClient();
        SidecarProcess sidecar =
            SidecarProcess.builder()
                .env("STORAGE_URL", "gs://" + stub.newBucket() + "?endpoint=" + stub.root())
                .jvm("-Xmx64m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=64m")
                .start()
                .awaitReady()) {
      URI object = URI.create("http://127.0.0.1:" + sidecar.port() + "/storage/object/large");
      put(client, object, 1);
      long before = resident(sidecar);

      // When
      long begun = System.nanoTime();
      String written = put(client, object, COUNT);
      long sent = System.nanoTime();
      read(client, object);
      long received = System.nanoTime();
      long growth = resident(sidecar) - before;

      // Then
      System.out.printf(
          "%d MiB: in %.1f s in, %.1f s out, %d KiB more than %d%n",
          COUNT, (sent - begun) / 1e9, (received - sent) / 1e9, growth, before);
      assertThat(written).contains("\"size\":" + (long) COUNT * MEBIBYTE);
      assertThat(growth).as("growth, KiB, from %d", before).isLessThan(64 << 10);
    }
  }

  /** Of a length that is not said. */
  private static String put(HttpClient client, URI object, int count) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(object)
            .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new Blocks(count)))
            .build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return answer.body();
  }

  private static void read(HttpClient client, URI object) throws Exception {
    HttpResponse<InputStream> answer =
        client.send(
            HttpRequest.newBuilder(object).build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    try (InputStream in = answer.body();
        InputStream expected = new Blocks(COUNT)) {
      byte[] there = new byte[MEBIBYTE];
      byte[] here = new byte[MEBIBYTE];
      for (int i = 0; i < COUNT; i++) {
        in.readNBytes(there, 0, MEBIBYTE);
        expected.readNBytes(here, 0, MEBIBYTE);
        assertThat(Arrays.mismatch(there, here)).as("in MiB %d", i).isEqualTo(-1);
      }
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  /** Random bytes, the same ones each time, no MiB as another. */
  private static final class Blocks extends InputStream {
    private final byte[] block = new byte[MEBIBYTE];
    private final long length;
    private long position;

    Blocks(int count) {
      new Random(1).nextBytes(block);
      length = (long) count * MEBIBYTE;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int most) {
      if (position == length) {
        return -1;
      }
      int at = (int) (position % MEBIBYTE);
      block[0] = (byte) (position / MEBIBYTE);
      block[1] = (byte) ((position / MEBIBYTE) >> 8);
      int count = Math.min(most, MEBIBYTE - at);
      System.arraycopy(block, at, bytes, offset, count);
      position += count;
      return count;
    }
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
