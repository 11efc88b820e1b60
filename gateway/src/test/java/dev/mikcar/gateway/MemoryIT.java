package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Connection;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Many large bodies at once, in a small heap. */
class MemoryIT {
  private static final int LARGE = 10 << 20;

  @Test
  void largeBodiesWaitForEachOtherAndDoNotEndTheProcess() {
    // Given
    byte[] body = new byte[LARGE];
    try (SidecarProcess process = smallHeap();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {

      // When
      List<CompletableFuture<Integer>> puts = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Map<String, String> chunked =
            i % 4 == 3 ? Map.of("Transfer-Encoding", "chunked") : Map.of();
        byte[] sent = i % 4 == 3 ? chunk(body) : body;
        String path = "/kv/set/large" + i % 2;
        puts.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try (Connection connection = process.client().open()) {
                    return connection.send("PUT", path, chunked, sent).status();
                  }
                },
                threads));
      }

      // Then
      assertThat(puts).allSatisfy(put -> assertThat(put.join()).isIn(200, 503));
      assertThat(puts).anySatisfy(put -> assertThat(put.join()).isEqualTo(200));
      assertThat(process.client().get("/kv/get/large0").body()).isEqualTo(body);
    }
  }

  @Test
  void callersThatGoAwayLeaveTheirRoomToOthers() {
    // Given
    byte[] head =
        ("PUT /kv/set/half HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + LARGE + "\r\n\r\nx")
            .getBytes(StandardCharsets.US_ASCII);
    try (SidecarProcess process = smallHeap()) {
      for (int i = 0; i < 30; i++) {
        try (Connection connection = process.client().open()) {
          connection.write(head);
        }
      }

      // When
      int status = process.client().put("/kv/set/whole", "x".repeat(LARGE)).status();

      // Then
      assertThat(status).isEqualTo(200);
    }
  }

  private static SidecarProcess smallHeap() {
    return SidecarProcess.builder()
        .args("--kv")
        .jvm("-Xmx128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
        .start()
        .awaitReady();
  }

  private static byte[] chunk(byte[] body) {
    byte[] head = (Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] tail = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[head.length + body.length + tail.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    System.arraycopy(tail, 0, whole, head.length + body.length, tail.length);
    return whole;
  }
}
