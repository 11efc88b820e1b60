package dev.mikcar.email.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.Mails;
import dev.mikcar.test.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How connections are shared, used again and given up. */
class PoolTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private FaultySmtpServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FaultySmtpServer();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private SmtpMailTransport transport(String options) {
    return Transports.to("smtp://127.0.0.1:" + server.port() + "?starttls=disabled&" + options);
  }

  private static List<Future<?>> sendAtOnce(SmtpMailTransport transport, int messages) {
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < messages; i++) {
        all.add(
            callers.submit(() -> Transports.send(transport, Mails.to("bob@example.org"), LIMIT)));
      }
    }
    return all;
  }

  @Test
  void noMoreConnectionsThanThePoolHasAreUsed() {
    // Given
    try (SmtpMailTransport transport = transport("pool=3")) {

      // When
      List<Future<?>> sent = sendAtOnce(transport, 60);

      // Then
      assertThat(sent).allMatch(one -> one.state() == Future.State.SUCCESS);
      assertThat(server.accepted()).hasSize(60);
      assertThat(server.connections()).isBetween(1, 3);
    }
  }

  @Test
  void anExhaustedPoolWaitsForABoundedTime() throws Exception {
    // Given: the one connection is busy.
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    server.answer(
        step -> {
          if (step.equals("DATA") && busy.getCount() > 0) {
            busy.countDown();
            awaitQuietly(go);
          }
          return "";
        });
    try (SmtpMailTransport transport = transport("pool=1")) {
      Thread first =
          Thread.ofVirtual()
              .start(() -> Transports.send(transport, Mails.to("a@example.org"), LIMIT));
      busy.await();

      // When
      ApiException late =
          catchThrowableOfType(
              ApiException.class,
              () -> Transports.send(transport, Mails.to("b@example.org"), Duration.ofMillis(500)));
      go.countDown();
      first.join();
      Transports.send(transport, Mails.to("c@example.org"), LIMIT);

      // Then
      assertThat(late.status()).isEqualTo(504);
      assertThat(late.code()).isEqualTo("BACKEND_TIMEOUT");
      assertThat(server.accepted()).hasSize(2);
      assertThat(server.commands()).doesNotContain("RCPT TO:<b@example.org>");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aConnectionHasSoManyMessagesAndNoMore() {
    // Given
    try (SmtpMailTransport transport = transport("pool=1&per_connection=2")) {

      // When
      for (int i = 0; i < 5; i++) {
        Transports.send(transport, Mails.to("bob@example.org"), LIMIT);
      }

      // Then
      assertThat(server.accepted()).hasSize(5);
      assertThat(server.connections()).isEqualTo(3);
      Await.until(
          "the server is told",
          LIMIT,
          () -> server.commands().stream().filter("QUIT"::equals).count() == 2);
    }
  }

  @Test
  void noMoreMessagesThanTheRateAreSentInASecond() {
    // Given
    try (SmtpMailTransport transport = transport("pool=5&rate=20")) {
      long begun = System.nanoTime();

      // When
      List<Future<?>> sent = sendAtOnce(transport, 21);

      // Then: the first one does not wait, the others 50 ms each
      assertThat(sent).allMatch(one -> one.state() == Future.State.SUCCESS);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  void tooManyConnectionsSlowDownAndLoseNothing() {
    // Given: more than two at a time are turned away.
    Set<Thread> greeted = ConcurrentHashMap.newKeySet();
    AtomicInteger turnedAway = new AtomicInteger();
    server.answer(
        step -> {
          if (!step.equals("GREETING")) {
            return "";
          }
          greeted.removeIf(thread -> !thread.isAlive());
          if (greeted.size() < 2) {
            greeted.add(Thread.currentThread());
            return "";
          }
          turnedAway.incrementAndGet();
          return "421 4.7.0 too many connections";
        });
    try (SmtpMailTransport transport = transport("pool=8")) {

      // When
      List<Future<?>> sent = sendAtOnce(transport, 40);

      // Then
      assertThat(sent).allMatch(one -> one.state() == Future.State.SUCCESS);
      assertThat(server.accepted()).hasSize(40);
      assertThat(turnedAway.get()).isBetween(1, 40);
    }
  }

  @Test
  void connectionsThatTheServerClosedWhileTheyRestedAreNotTrusted() {
    // Given: all of them are closed at the next word after a message.
    Set<Thread> used = ConcurrentHashMap.newKeySet();
    server.answer(
        step -> {
          if (step.startsWith("MAIL") || step.equals("NOOP")) {
            return used.add(Thread.currentThread()) ? "" : FaultySmtpServer.CLOSE;
          }
          return "";
        });
    try (SmtpMailTransport transport = transport("pool=4")) {

      // When
      List<Future<?>> first = sendAtOnce(transport, 4);
      List<Future<?>> second = sendAtOnce(transport, 4);

      // Then
      assertThat(first).allMatch(one -> one.state() == Future.State.SUCCESS);
      assertThat(second).allMatch(one -> one.state() == Future.State.SUCCESS);
      assertThat(server.accepted()).hasSize(8);
    }
  }

  @Test
  void whoIsClosedLetsWhatIsUnderWayGoOn() throws Exception {
    // Given
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    server.answer(
        step -> {
          if (step.equals("DATA")) {
            busy.countDown();
            awaitQuietly(go);
          }
          return "";
        });
    SmtpMailTransport transport = transport("pool=1");
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sending =
          callers.submit(() -> Transports.send(transport, Mails.to("bob@example.org"), LIMIT));
      busy.await();

      // When
      Future<?> closing = callers.submit(transport::close);
      go.countDown();
      closing.get();

      // Then
      sending.get();
      assertThat(server.accepted()).hasSize(1);
    }
  }
}
