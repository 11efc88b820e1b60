package dev.mikcar.email.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.Mails;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@link MailTransport} says of every backend; each has a subclass of this test. */
public abstract class MailTransportContract {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** The backend, with nothing sent yet. */
  protected abstract MailTransport transport();

  /** How many messages have reached the other end. */
  protected abstract int received();

  private void send(Mail mail, Instant deadline, Runnable beforeTheEnd) {
    transport().send(mail, new Delivery(deadline, beforeTheEnd)).await().atMost(LIMIT);
  }

  private void send(Mail mail) {
    send(mail, Instant.now().plus(LIMIT), () -> {});
  }

  @Test
  public void aMessageIsHandedOverOnce() {
    // When
    send(Mails.to("bob@example.org"));

    // Then
    assertThat(received()).isEqualTo(1);
  }

  @Test
  public void whatIsDoneBeforeTheEndIsDoneBeforeTheMessageIsThere() {
    // Given
    AtomicInteger seen = new AtomicInteger(-1);

    // When
    send(Mails.to("bob@example.org"), Instant.now().plus(LIMIT), () -> seen.set(received()));

    // Then
    assertThat(seen).hasValue(0);
    assertThat(received()).isEqualTo(1);
  }

  @Test
  public void aMessageIsNotSentWhenThatFails() {
    // Given
    ApiException full = new ApiException.BackendUnavailable("the disk is full", 1);

    // When
    ApiException failure =
        catchThrowableOfType(
            ApiException.class,
            () ->
                send(
                    Mails.to("bob@example.org"),
                    Instant.now().plus(LIMIT),
                    () -> {
                      throw full;
                    }));
    int before = received();
    send(Mails.to("carol@example.org"));

    // Then
    assertThat(failure).isSameAs(full);
    assertThat(before).isZero();
    assertThat(received()).isEqualTo(1);
  }

  @Test
  public void nothingIsBegunAfterTheDeadline() {
    // When
    ApiException failure =
        catchThrowableOfType(
            ApiException.class,
            () -> send(Mails.to("bob@example.org"), Instant.now().minusSeconds(1), () -> {}));

    // Then
    assertThat(failure.status()).isEqualTo(504);
    assertThat(failure.code()).isEqualTo("BACKEND_TIMEOUT");
    assertThat(received()).isZero();
  }

  @Test
  public void manyAreSentAtOnce() {
    // When
    List<? extends Future<?>> all;
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      all =
          IntStream.range(0, 50)
              .mapToObj(_ -> callers.submit(() -> send(Mails.to("bob@example.org"))))
              .toList();
    }

    // Then
    assertThat(all).allMatch(one -> one.state() == Future.State.SUCCESS);
    assertThat(received()).isEqualTo(50);
  }

  @Test
  public void pingSendsNothing() {
    // When
    transport().ping().await().atMost(LIMIT);

    // Then
    assertThat(received()).isZero();
  }
}
