package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Connection;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are slow, many, noisy or gone; the others are served as ever. */
class HostileConnectionsIT {
  private static final Duration STEP = Duration.ofMillis(100);
  private static final Duration QUICK = Duration.ofSeconds(5);

  private static SidecarProcess patient;
  private static SidecarProcess impatient;

  @BeforeAll
  static void start() {
    patient = SidecarProcess.builder().start().awaitReady();
    impatient = SidecarProcess.builder().env("REQUEST_TIMEOUT", "1s").start().awaitReady();
  }

  @AfterAll
  static void stop() {
    patient.close();
    impatient.close();
  }

  @AfterEach
  void othersAreServed() {
    assertThat(served(patient)).isTrue();
    assertThat(served(impatient)).isTrue();
    assertThat(patient.log()).doesNotContain(" ERROR ", "Exception");
    assertThat(impatient.log()).doesNotContain(" ERROR ", "Exception");
  }

  private static boolean served(SidecarProcess process) {
    HttpClient http = process.client().withTimeout(QUICK);
    String value = Long.toString(System.nanoTime());
    return http.put("/kv/set/other", value).status() == 200
        && http.get("/kv/get/other").text().equals(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "GET /kv/get/a HTTP/1.1\r\nHost: localhost\r\n"})
  void aHeadThatTricklesIsCutOff(String beginning) {
    try (Connection slow = impatient.client().open()) {
      slow.write(ascii(beginning));

      int bytes = trickle(slow, beginning.length() == 1 ? "E" : "X: y\r\n");

      assertThat(bytes).as("the steps of 100 ms until it was closed").isLessThan(40);
    }
  }

  @Test
  void othersAreServedWhileManyTrickle() {
    List<Connection> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        Connection connection = impatient.client().open();
        slow.add(connection);
        connection.write(ascii("GET /kv/get/a HTTP/1.1\r\nX: "));
      }

      boolean served = served(impatient);

      assertThat(served).isTrue();
    } finally {
      slow.forEach(Connection::close);
    }
  }

  @Test
  void aConnectionWithoutARequestIsClosed() {
    try (Connection idle = impatient.client().open()) {
      boolean closed = idle.isClosedByPeer(QUICK);

      assertThat(closed).isTrue();
    }
  }

  @Test
  void aBodyThatTricklesTimesOut() {
    try (Connection slow = impatient.client().open()) {
      slow.write(
          ascii("PUT /kv/set/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"));

      int bytes = trickle(slow, "x");

      assertThat(bytes).isLessThan(60);
      ApiError.check(slow.read(), 504, "BACKEND_TIMEOUT");
      assertThat(impatient.client().get("/kv/get/slow").status()).isEqualTo(404);
    }
  }

  @Test
  void aThousandIdleConnectionsDelayNobody() {
    List<Connection> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        idle.add(patient.client().open());
      }
      long started = System.nanoTime();

      for (int i = 0; i < 50; i++) {
        assertThat(served(patient)).isTrue();
      }

      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(QUICK);
    } finally {
      idle.forEach(Connection::close);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() {
    try (Connection connection = patient.client().open()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        requests.append(
            "PUT /kv/set/p%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n%04d"
                .formatted(i, i));
        requests.append("GET /kv/get/p%d HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(i));
      }

      connection.write(ascii(requests.toString()));

      for (int i = 0; i < 100; i++) {
        assertThat(connection.read().text())
            .isEqualTo("{\"status\":\"ok\",\"key\":\"p" + i + "\"}");
        assertThat(connection.read().text()).isEqualTo("%04d".formatted(i));
      }
    }
  }

  @Test
  void errorsDoNotDisturbTheOrder() {
    try (Connection connection = patient.client().open()) {
      connection.write(
          ascii(
              "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  + "GET /kv/get/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  + "GET /kv/get/none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
                  + "POST /kv/get/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
                  + "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"));

      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        statuses.add(connection.read().status());
      }

      assertThat(statuses).containsExactly(404, 400, 404, 405, 200);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void garbageIsRefusedOrCutOff(long seed) {
    byte[] garbage = new byte[3000];
    new Random(seed).nextBytes(garbage);
    try (Connection connection = impatient.client().open()) {
      connection.write(garbage);

      boolean closed = connection.isClosedByPeer(QUICK);

      assertThat(closed).isTrue();
      assertRefusalOrNothing(connection);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001\u0002\0",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\r\n\r\n\r\n\r\n",
        "\0\0\0\0",
        "GET / HTTP/1.1\nHost: localhost\n\n",
        "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET ?x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET http:// HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "GET /kv HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
      })
  void whatIsNoRequestForUsIsNoServerError(String bytes) {
    try (Connection connection = impatient.client().open()) {
      connection.write(bytes.getBytes(StandardCharsets.ISO_8859_1));

      boolean closed = connection.isClosedByPeer(QUICK);

      assertThat(closed).isTrue();
      assertRefusalOrNothing(connection);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 1000\r\n\r\nhalf",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
      })
  void aClientThatGoesInTheMiddleSetsNothing(String rest) {
    try (Connection connection = patient.client().open()) {
      connection.write(ascii("PUT /kv/set/half HTTP/1.1\r\nHost: localhost\r\n" + rest));
    }

    Response answer = patient.client().get("/kv/get/half");

    ApiError.check(answer, 404, "NOT_FOUND");
  }

  @Test
  void aClientThatDoesNotReadItsAnswersIsItsOwnProblem() {
    patient.client().put("/kv/set/big", new byte[1024 * 1024]);
    try (Connection deaf = patient.client().open()) {
      deaf.write(ascii("GET /kv/get/big HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50)));

      boolean served = served(patient);

      assertThat(served).isTrue();
    }
  }

  /** Writes a piece every 100 ms until the peer closes, at most for 10 s; how many it took. */
  private static int trickle(Connection slow, String piece) {
    int steps = 0;
    try {
      while (steps < 100 && !slow.isClosedByPeer(STEP)) {
        slow.write(ascii(piece));
        steps++;
      }
    } catch (UncheckedIOException e) {
      return steps; // Closed while this wrote.
    }
    return steps;
  }

  private static void assertRefusalOrNothing(Connection connection) {
    Response answer;
    try {
      answer = connection.read();
    } catch (UncheckedIOException e) {
      return; // Closed without an answer.
    }
    assertThat(answer.status()).as("%s", answer).matches(status -> status < 500 || status == 505);
    if (answer.status() >= 400) {
      assertThat(answer.text())
          .startsWith("{\"error\":\"")
          .contains("\"status\":" + answer.status() + ",\"trace_id\":\"");
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
