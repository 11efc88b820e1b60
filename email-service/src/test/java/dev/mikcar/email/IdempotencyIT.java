package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.email.smtp.FaultySmtpServer;
import dev.mikcar.test.Await;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idempotency-Key: the number of messages that the server accepted is the proof. */
class IdempotencyIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static Path data;
  private static FaultySmtpServer server;
  private static SidecarProcess email;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    data = folder;
    server = new FaultySmtpServer();
    email = sidecar();
  }

  @AfterAll
  static void stop() throws IOException {
    email.close();
    server.close();
  }

  @BeforeEach
  void forget() {
    server.answer(step -> "");
    server.accepted().clear();
    server.commands().clear();
  }

  private static SidecarProcess sidecar() {
    return SidecarProcess.builder()
        .env("EMAIL_URL", "smtp://127.0.0.1:" + server.port() + "?starttls=disabled")
        .env("REQUEST_TIMEOUT", "4s")
        .env("MIKCAR_DATA", data.toString())
        .start()
        .awaitReady();
  }

  private static String fresh() {
    return "key " + UUID.randomUUID();
  }

  private static Response send(String key, JsonNode body) {
    return Bodies.post(email.client(), "/email/send", body, Map.of("Idempotency-Key", key));
  }

  private static Response sendBatch(String key, JsonNode body) {
    return Bodies.post(email.client(), "/email/send/batch", body, Map.of("Idempotency-Key", key));
  }

  @Test
  void theSameRequestIsAnsweredAsBeforeAndSendsNothing() {
    // Given
    String key = fresh();
    Response first = send(key, Bodies.message());

    // When
    Response again = send(key, Bodies.message());

    // Then
    assertThat(first.status()).as(first.toString()).isEqualTo(200);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(server.accepted()).hasSize(1);
  }

  @Test
  void anotherRequestWithTheSameKeyIs409() {
    // Given
    String key = fresh();
    Response _ = send(key, Bodies.message());

    // When
    Response otherBody = send(key, Bodies.to("eve@example.org"));
    Response otherRoute = sendBatch(key, Bodies.message());

    // Then
    assertThat(otherBody.status()).as(otherBody.toString()).isEqualTo(409);
    assertThat(otherBody.text()).contains("\"code\":\"IDEMPOTENCY_KEY_REUSED\"");
    assertThat(otherRoute.status()).isIn(400, 409);
    assertThat(server.accepted()).hasSize(1);
  }

  @Test
  void theSameRequestAtTheSameTimeIsOneMessage() throws Exception {
    // Given: the server waits before it accepts.
    String key = fresh();
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    server.answer(
        step -> {
          if (step.equals(".")) {
            waiting.countDown();
            awaitQuietly(go);
          }
          return "";
        });

    // When
    List<Future<Response>> answers;
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Response> call = () -> send(key, Bodies.message());
      answers = IntStream.range(0, 8).mapToObj(_ -> callers.submit(call)).toList();
      waiting.await();
      Response other = send(key, Bodies.to("eve@example.org"));
      assertThat(other.status()).as(other.toString()).isEqualTo(409);
      go.countDown();
    }

    // Then
    assertThat(answers.stream().map(a -> a.resultNow().text()).distinct()).hasSize(1);
    assertThat(answers.getFirst().resultNow().status()).isEqualTo(200);
    assertThat(server.accepted()).hasSize(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRefusalForGoodIsRememberedAndOneForNowIsNot() {
    // Given
    String good = fresh();
    String now = fresh();
    server.answer(step -> step.startsWith("RCPT") ? "550 unknown" : "");
    Response refused = send(good, Bodies.message());
    server.answer(step -> step.equals(".") ? "451 later" : "");
    Response deferred = send(now, Bodies.message());
    server.answer(step -> "");

    // When
    Response refusedAgain = send(good, Bodies.message());
    Response sent = send(now, Bodies.message());

    // Then
    assertThat(refused.status()).isEqualTo(502);
    assertThat(deferred.status()).as(deferred.toString()).isEqualTo(503);
    assertThat(refusedAgain.status()).isEqualTo(502);
    assertThat(withoutTrace(refusedAgain)).isEqualTo(withoutTrace(refused));
    assertThat(sent.status()).as(sent.toString()).isEqualTo(200);
    assertThat(server.accepted()).hasSize(1);
  }

  private static JsonNode withoutTrace(Response answer) {
    ObjectNode json = (ObjectNode) Bodies.json(answer);
    json.remove("trace_id");
    return json;
  }

  @Test
  void whatIsUnconfirmedStaysSo() {
    // Given
    String key = fresh();
    server.answer(step -> step.equals(".") ? FaultySmtpServer.CLOSE : "");
    Response first = send(key, Bodies.message());
    server.answer(step -> "");

    // When
    Response again = send(key, Bodies.message());

    // Then
    assertThat(first.text()).contains("EMAIL_UNCONFIRMED");
    assertThat(again.status()).isEqualTo(504);
    assertThat(withoutTrace(again)).isEqualTo(withoutTrace(first));
    assertThat(server.accepted()).hasSize(1);
  }

  @Test
  void aBatchSendsWhatWasNotSentAndNothingTwice() {
    // Given
    String key = fresh();
    JsonNode batch =
        Bodies.batch(
            IntStream.range(0, 10)
                .mapToObj(i -> Bodies.to("b" + i + "@example.org"))
                .toArray(JsonNode[]::new));
    server.answer(
        step ->
            step.startsWith("RCPT TO:<b3@")
                ? "550 no"
                : step.startsWith("RCPT TO:<b5@") ? "450 busy" : "");
    Response first = sendBatch(key, batch);
    server.answer(step -> "");

    // When
    Response again = sendBatch(key, batch);
    Response once = sendBatch(key, batch);

    // Then
    JsonNode before = Bodies.json(first);
    JsonNode after = Bodies.json(again);
    assertThat(before.get("sent").asInt()).as(first.toString()).isEqualTo(8);
    assertThat(before.at("/results/5/code").asText()).isEqualTo("EMAIL_DEFERRED");
    assertThat(after.get("sent").asInt()).as(again.toString()).isEqualTo(9);
    for (int i = 0; i < 10; i++) {
      if (i != 5) {
        assertThat(after.at("/results/" + i)).isEqualTo(before.at("/results/" + i));
      }
    }
    assertThat(once.text()).isEqualTo(again.text());
    assertThat(server.accepted()).hasSize(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "é", "a\u0001b"})
  void whatIsNoKeyIs400(String key) {
    // When
    Response answer = send(key, Bodies.message());

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(server.accepted()).isEmpty();
  }

  @Test
  void aKeyMayHave255CharactersAndNoMore() {
    // When
    Response longest = send("k".repeat(255), Bodies.message());
    Response longer = send("k".repeat(256), Bodies.message());

    // Then
    assertThat(longest.status()).isEqualTo(200);
    assertThat(longer.status()).isEqualTo(400);
    assertThat(longer.text()).contains("Idempotency-Key");
  }

  @Test
  void aBadMessageDoesNotUseItsKeyUp() {
    // Given
    String key = fresh();
    Response bad = send(key, Bodies.to("nobody"));

    // When
    Response good = send(key, Bodies.message());

    // Then
    assertThat(bad.status()).isEqualTo(400);
    assertThat(good.status()).isEqualTo(200);
  }

  @Test
  void aRestartForgetsNothing() {
    // Given
    String key = fresh();
    Response first = send(key, Bodies.message());
    email.terminate();
    email.close();
    email = sidecar();

    // When
    Response again = send(key, Bodies.message());

    // Then
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(server.accepted()).hasSize(1);
  }

  @Test
  void aKillBetweenAcceptanceAndAnswerIsToldTruthfully() throws Exception {
    // Given: the server has accepted, and its answer does not come.
    String key = fresh();
    AtomicInteger asked = new AtomicInteger();
    server.answer(
        step -> step.equals(".") && asked.getAndIncrement() > 0 ? FaultySmtpServer.HANG : "");
    Thread caller =
        Thread.ofVirtual().start(() -> ignoringTheEnd(() -> send(key, Bodies.message())));
    Await.until("the server has the message", SOON, () -> server.accepted().size() == 1);

    // When
    email.kill();
    caller.join();
    email.close();
    server.answer(step -> "");
    email = sidecar();
    Response again = send(key, Bodies.message());
    Response onceMore = send(key, Bodies.message());

    // Then
    assertThat(again.status()).as(again.toString()).isEqualTo(504);
    assertThat(again.text())
        .contains("EMAIL_UNCONFIRMED", "the sidecar ended", "\"message_id\":\"<");
    assertThat(server.accepted().getFirst())
        .contains(Bodies.json(again).get("message_id").asText());
    assertThat(withoutTrace(onceMore)).isEqualTo(withoutTrace(again));
    assertThat(server.accepted()).hasSize(1);
  }

  @Test
  void aKillBeforeTheServerCouldAcceptSendsTheMessageLater() throws Exception {
    // Given
    String key = fresh();
    server.answer(step -> step.equals("DATA") ? FaultySmtpServer.HANG : "");
    Thread caller =
        Thread.ofVirtual().start(() -> ignoringTheEnd(() -> send(key, Bodies.message())));
    Await.until("the server is asked", SOON, () -> server.commands().contains("DATA"));

    // When
    email.kill();
    caller.join();
    email.close();
    server.answer(step -> "");
    email = sidecar();
    Response again = send(key, Bodies.message());

    // Then
    assertThat(again.status()).as(again.toString()).isEqualTo(200);
    assertThat(server.accepted()).hasSize(1);
  }

  /** The process is killed while it is asked. */
  private static void ignoringTheEnd(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      assertThat(email.isAlive()).isFalse();
    }
  }

  @Test
  void nothingIsSentThatCannotBeRemembered() throws IOException {
    // Given
    Response _ = send(fresh(), Bodies.message());
    server.accepted().clear();
    Files.delete(data.resolve("email/sent.sqlite"));

    // When
    Response withKey = send(fresh(), Bodies.message());
    Response ready = email.client().get("/health/ready");
    Response without = Bodies.send(email.client(), Bodies.message());

    // Then
    assertThat(withKey.status()).as(withKey.toString()).isEqualTo(503);
    assertThat(withKey.text()).contains("BACKEND_UNAVAILABLE");
    assertThat(ready.status()).isEqualTo(503);
    assertThat(without.status()).isEqualTo(200);
    assertThat(server.accepted()).hasSize(1);
    email.kill();
    email.close();
    email = sidecar();
  }
}
