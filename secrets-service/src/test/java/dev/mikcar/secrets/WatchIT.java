package dev.mikcar.secrets;

import static dev.mikcar.secrets.Wires.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.SidecarProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting for changes, as Server-Sent Events. */
class WatchIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static SidecarProcess process;
  private Wires wire;

  @BeforeAll
  static void start() {
    process =
        SidecarProcess.builder()
            .env("SECRETS_URL", "memory://")
            .env("SECRETS_WATCH_INTERVAL", "100ms")
            .start()
            .awaitReady();
  }

  @BeforeEach
  void connect() {
    wire = new Wires(process.client());
  }

  @AfterAll
  static void stop() {
    process.close();
  }

  /** The lines of an answer, as they come. */
  private static final class Stream implements AutoCloseable {
    final List<String> lines = new CopyOnWriteArrayList<>();
    private final Socket socket;

    Stream(String name, String header) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), process.port());
      String request =
          "GET /secrets/watch/" + name + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      Thread.ofVirtual().start(() -> in.lines().forEach(lines::add));
      await(":watching");
    }

    void await(String line) {
      Await.until("a line is " + line + " of " + lines, SOON, () -> lines.contains(line));
    }

    @Override
    public void close() throws IOException {
      socket.shutdownInput(); // Ends the reader.
      socket.close();
    }
  }

  @Test
  void aNewVersionIsAnEventWithoutTheValue() throws IOException {
    // Given
    String name = fresh();
    wire.created(name, "M4RKER");
    try (Stream stream = new Stream(name, "")) {
      assertThat(stream.lines).anyMatch(line -> line.startsWith("HTTP/1.1 200"));

      // When
      wire.updated(name, "M4RKER");
      stream.await("id:2");
      wire.delete(name);

      // Then
      stream.await("event:deleted");
      stream.await("data:{\"name\":\"" + name + "\"}");
      assertThat(stream.lines)
          .contains("event:changed", "data:{\"name\":\"" + name + "\",\"version\":\"2\"}")
          .noneMatch(line -> line.contains("M4RKER"));
    }
  }

  @Test
  void aVersionThatWasMissedIsTheFirstEvent() throws IOException {
    // Given
    String name = fresh();
    wire.created(name, "a");
    wire.updated(name, "b");

    // When
    try (Stream stream = new Stream(name, "Last-Event-ID: 1\r\n")) {
      // Then
      stream.await("id:2");
    }
  }

  @Test
  void aSecretThatIsNotThereCanBeWaitedFor() throws IOException {
    // Given
    String name = fresh();
    try (Stream stream = new Stream(name, "")) {
      // When
      wire.created(name, "a");

      // Then
      stream.await("id:1");
    }
  }

  @Test
  void aWatchDoesNotHoldUpTheEnd() throws IOException {
    // Given
    try (SidecarProcess other =
            SidecarProcess.builder().env("SECRETS_URL", "memory://").start().awaitReady();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), other.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /secrets/watch/a HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      long start = System.nanoTime();

      // When
      int code = other.terminate();

      // Then
      assertThat(code).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    }
  }
}
