package dev.mikcar.common.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CancellationTest {
  @Test
  void itGoesOnWhileNothingSpeaksAgainstIt() {
    // Given
    Cancellation cancellation = Cancellation.none();

    // When
    cancellation.check();

    // Then
    assertThat(cancellation.reason()).isNull();
  }

  @Test
  void itEndsAtTheDeadline() {
    // Given
    Cancellation cancellation = new Cancellation(Duration.ZERO, () -> false);

    // When, then
    assertThatThrownBy(cancellation::check).isInstanceOf(ApiException.BackendTimeout.class);
  }

  @Test
  void itEndsWithTheProcess() {
    // Given
    AtomicBoolean end = new AtomicBoolean();
    Cancellation cancellation = new Cancellation(Duration.ofHours(1), end::get);
    cancellation.check();

    // When
    end.set(true);

    // Then
    assertThatThrownBy(cancellation::check)
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("shutting down");
  }

  @Test
  void theFirstReasonStays() {
    // Given
    Cancellation cancellation = Cancellation.none();
    ApiException first = new ApiException.BackendTimeout("too long");

    // When
    cancellation.cancel(first);
    cancellation.cancel(new ApiException.BackendUnavailable("gone", 1));

    // Then
    assertThat(cancellation.reason()).isSameAs(first);
  }
}
