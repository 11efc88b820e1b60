package dev.mikcar.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Callers that ask for messages and are gone before they have read them: nothing is lost, and no
 * attempt is counted. {@code -Dmikcar.queue.vanish=1000} for as many of each kind.
 */
class VanishingClientsIT extends WireContract {
  private static final int TIMES = Integer.getInteger("mikcar.queue.vanish", 150);

  private static SidecarProcess sidecar;

  @BeforeAll
  static void start() {
    sidecar = SidecarProcess.builder().start().awaitReady();
  }

  @AfterAll
  static void stop() {
    sidecar.close();
  }

  @Override
  HttpClient http() {
    return sidecar.client();
  }

  private static Socket ask(String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), sidecar.port());
    socket.setSoLinger(true, 0); // Closing it resets the connection.
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
    return socket;
  }

  private void pushAll(String queue) {
    for (int i = 0; i < TIMES; i++) {
      push(queue, "" + i);
    }
  }

  private void assertThatAllAreThere(String queue, boolean untouched) {
    awaitLength(queue, TIMES, 0, 0);
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < TIMES; i++) {
      JsonNode message = popNow(queue);
      numbers.add(message.get("payload").asInt());
      if (untouched) {
        assertThat(message.get("attempts").asInt()).isEqualTo(1);
      }
    }
    assertThat(numbers).hasSize(TIMES);
  }

  @Test
  void aCallerThatResetsAtOnceGetsNothing() throws IOException {
    String queue = fresh();
    pushAll(queue);

    for (int i = 0; i < TIMES; i++) {
      ask("/queue/pop/" + queue).close();
    }

    assertThatAllAreThere(queue, true);
  }

  @Test
  void aCallerThatResetsWithItsAnswerUnreadHasNotGotIt() throws IOException {
    String queue = fresh();
    pushAll(queue);

    for (int i = 0; i < TIMES; i++) {
      try (Socket socket = ask("/queue/pop/" + queue)) {
        Await.until("the answer has arrived", SOON, () -> available(socket) > 0);
      }
    }

    assertThatAllAreThere(queue, true);
  }

  private static int available(Socket socket) {
    try {
      return socket.getInputStream().available();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLeaseThatNobodyLearnedOfEndsAtOnce() throws IOException {
    String queue = fresh();
    pushAll(queue);

    for (int i = 0; i < TIMES; i++) {
      ask("/queue/pop/batch/" + queue + "?lease=40000").close();
    }

    assertThatAllAreThere(queue, true);
  }

  @Test
  void aCallerThatIsGoneWaitsNoLonger() throws IOException {
    String queue = fresh();
    for (int i = 0; i < TIMES; i++) {
      ask("/queue/pop/" + queue + "?timeout=60").close();
    }

    pushAll(queue);

    assertThatAllAreThere(queue, true);
  }
}
