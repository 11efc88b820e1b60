package dev.mikcar.common.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class OpeningTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final CountDownLatch mayOpen = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  private final Backend backend =
      new Backend() {
        @Override
        public Uni<Void> ping() {
          return Uni.createFrom().voidItem();
        }

        @Override
        public void close() {
          closed.set(true);
        }
      };

  private Backend openWhenAllowed() {
    try {
      mayOpen.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return backend;
  }

  private static Uni<String> ask(Opening<Backend> opening) {
    return opening.with(b -> Uni.createFrom().item("answer"));
  }

  @Test
  void operationsWaitUntilItIsOpen() {
    // Given
    try (Opening<Backend> opening = new Opening<>("test", this::openWhenAllowed)) {
      UniAssertSubscriber<String> waiting =
          ask(opening).subscribe().withSubscriber(UniAssertSubscriber.create());
      waiting.assertNotTerminated();

      // When
      mayOpen.countDown();

      // Then
      assertThat(waiting.awaitItem(LIMIT).getItem()).isEqualTo("answer");
    }
  }

  @Test
  void aCallerThatGivesUpLeavesItToTheOthers() {
    // Given
    try (Opening<Backend> opening = new Opening<>("test", this::openWhenAllowed)) {
      Uni<String> asked = ask(opening);
      UniAssertSubscriber<String> waiting =
          asked.subscribe().withSubscriber(UniAssertSubscriber.create());

      // When
      asked.subscribe().with(item -> {}).cancel();
      mayOpen.countDown();

      // Then
      assertThat(waiting.awaitItem(LIMIT).getItem()).isEqualTo("answer");
      assertThat(ask(opening).await().atMost(LIMIT)).isEqualTo("answer");
    }
  }

  @Test
  void triesAgainAndFailsAtOnceMeanwhile() {
    // Given
    AtomicInteger attempts = new AtomicInteger();
    Opener<Backend> opener =
        () -> {
          if (attempts.incrementAndGet() == 1) {
            throw new UnsatisfiedLinkError("not yet");
          }
          return openWhenAllowed();
        };

    // When
    try (Opening<Backend> opening = new Opening<>("test", opener)) {

      // Then
      assertThatExceptionOfType(ApiException.BackendUnavailable.class)
          .isThrownBy(() -> ask(opening).await().atMost(LIMIT))
          .withMessageContaining("backend of test");
      mayOpen.countDown();
      Await.until("the second attempt", LIMIT, () -> attempts.get() == 2);
      assertThat(ask(opening).await().atMost(LIMIT)).isEqualTo("answer");
    }
  }

  @Test
  void closesWhatItOpened() {
    // Given
    mayOpen.countDown();
    Opening<Backend> opening = new Opening<>("test", this::openWhenAllowed);

    // When
    opening.close();

    // Then
    assertThat(closed).isTrue();
  }

  @Test
  void saysTheSameReasonOnce() {
    // Given
    List<String> lines = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(Opening.class.getName());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getThrown() == null ? "open" : line.getThrown().getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    AtomicInteger attempts = new AtomicInteger();
    Opener<Backend> opener =
        () -> {
          int attempt = attempts.incrementAndGet();
          if (attempt == 4) {
            return backend;
          }
          throw new IllegalStateException(attempt < 3 ? "no folder" : "no space");
        };

    // When
    try (Opening<Backend> opening = new Opening<>("test", opener)) {
      Await.until("four attempts", LIMIT, () -> attempts.get() == 4);
      assertThat(ask(opening).await().atMost(LIMIT)).isEqualTo("answer");
    } finally {
      logger.removeHandler(handler);
    }

    // Then
    assertThat(lines).containsExactly("no folder", "no space", "open");
  }
}
