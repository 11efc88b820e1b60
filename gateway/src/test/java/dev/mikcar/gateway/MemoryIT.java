package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many large bodies at once, in a small heap. */
class MemoryIT {
  private static final int LARGE = 10 << 20;
  private static final Duration SOON = Duration.ofSeconds(30);

  private static SidecarProcess patient;

  @BeforeAll
  static void start() {
    patient = smallHeap().start().awaitReady();
  }

  @AfterAll
  static void stop() {
    patient.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 64})
  void largeBodiesWaitForEachOtherAndDoNotEndTheProcess(int callers) {
    // Given
    byte[] body = new byte[LARGE];
    try (SidecarProcess process = smallHeap().start().awaitReady();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {

      // When
      List<CompletableFuture<Response>> puts = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        Map<String, String> chunked =
            i % 4 == 3 ? Map.of("Transfer-Encoding", "chunked") : Map.of();
        byte[] sent = i % 4 == 3 ? chunk(body) : body;
        String path = "/kv/set/large" + i % 2;
        puts.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try (Connection connection = process.client().open()) {
                    return connection.send("PUT", path, chunked, sent);
                  }
                },
                threads));
      }

      // Then
      assertThat(puts)
          .allSatisfy(
              put -> {
                Response answer = put.join();
                assertThat(answer.status()).as(answer.toString()).isIn(200, 503);
                assertThat(answer.header("Retry-After").isPresent())
                    .isEqualTo(answer.status() == 503);
              })
          .anySatisfy(put -> assertThat(put.join().status()).isEqualTo(200));
      assertThat(process.client().get("/kv/get/large0").body()).isEqualTo(body);
      Await.until("no request holds memory", SOON, () -> allIsGivenBack(process));
    }
  }

  /** However a request ends, what it held of the heap is there for others. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT /kv/set/a|Content-Length: 10485760|half",
        "PUT /kv/set/a|Transfer-Encoding: chunked|4\r\nhalf",
        "PUT /kv/set/a|Transfer-Encoding: chunked|100000\r\nMEBIBYTE",
        "POST /kv/set/batch|Content-Length: 10485760|half",
        "POST /sql/query|Content-Type: application/json\r\nContent-Length: 10485760|half",
      })
  void callersThatGoAwayLeaveTheirRoomToOthers(String request) {
    // Given
    List<Connection> callers = open(30, request);
    Await.until("the requests hold memory", SOON, () -> !allIsGivenBack(patient));

    // When
    callers.forEach(Connection::close);

    // Then
    Await.until("no request holds memory", SOON, () -> allIsGivenBack(patient));
    assertThat(patient.client().put("/kv/set/whole", new byte[LARGE]).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT /kv/set/a|Transfer-Encoding: chunked|4\r\nhalf\r\nzz\r\n",
        "PUT /kv/set/a|Content-Length: 10485761|half",
        "PUT /kv/set/a|Content-Encoding: gzip\r\nContent-Length: 4|half",
        "POST /kv/set/batch|Content-Length: 4|half",
        "PUT /nowhere|Content-Length: 10485760|half",
      })
  void requestsThatAreRefusedLeaveTheirRoomToOthers(String request) {
    // Given
    List<Connection> callers = open(30, request);

    // When
    callers.forEach(
        caller -> {
          assertThat(caller.read().status()).isBetween(400, 415);
          caller.close();
        });

    // Then
    Await.until("no request holds memory", SOON, () -> allIsGivenBack(patient));
    assertThat(patient.client().put("/kv/set/whole", new byte[LARGE]).status()).isEqualTo(200);
  }

  private static List<Connection> open(int connections, String request) {
    byte[] bytes =
        request
            .replaceFirst("\\|", " HTTP/1.1\r\nHost: localhost\r\n")
            .replaceFirst("\\|", "\r\n\r\n")
            .replace("MEBIBYTE", "x".repeat(1 << 20))
            .getBytes(StandardCharsets.US_ASCII);
    List<Connection> opened = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Connection connection = patient.client().open();
      connection.write(bytes);
      opened.add(connection);
    }
    return opened;
  }

  @Test
  void aRequestThatIsGivenUpLeavesItsRoomToOthers() {
    // Given
    try (SidecarProcess process = smallHeap().env("REQUEST_TIMEOUT", "1s").start().awaitReady();
        Connection slow = process.client().open()) {
      slow.write(
          ("PUT /kv/set/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + LARGE + "\r\n\r\nx")
              .getBytes(StandardCharsets.US_ASCII));

      // When
      Response answer = slow.read();

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(504);
      Await.until("no request holds memory", SOON, () -> allIsGivenBack(process));
    }
  }

  private static boolean allIsGivenBack(SidecarProcess process) {
    return process
        .client()
        .get("/metrics")
        .text()
        .lines()
        .anyMatch(line -> line.equals("mikcar_request_memory_taken_bytes 0.0"));
  }

  private static SidecarProcess.Builder smallHeap() {
    return SidecarProcess.builder()
        .args("--kv", "--sql")
        .jvm("-Xmx128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");
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
