package dev.mikcar.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UploadMemoryTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void whatIsTakenIsFreeAgainOnceClosed() {
    // Given
    UploadMemory memory = new UploadMemory(10_240, Duration.ZERO);

    // When
    try (UploadMemory.Share share = memory.take(6000)) {
      // Then
      assertThat(share.tryMore(6000)).isFalse();
      assertThat(share.tryMore(4000)).isTrue();
      assertThatThrownBy(() -> memory.take(1))
          .isInstanceOf(ApiException.BackendUnavailable.class)
          .hasMessageContaining("too many uploads");
    }
    memory.take(10_240).close();
  }

  @Test
  void whatIsMoreThanAllIsAll() {
    // Given
    UploadMemory memory = new UploadMemory(10_240, Duration.ZERO);

    // When
    try (UploadMemory.Share share = memory.take(Long.MAX_VALUE)) {
      // Then
      assertThat(share.tryMore(1)).isFalse();
    }
    memory.take(1).close();
  }

  @Test
  void whoWaitsIsServedWhenSomethingBecomesFree() throws Exception {
    // Given
    UploadMemory memory = new UploadMemory(10_240, LONG);
    UploadMemory.Share all = memory.take(10_240);
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> memory.take(5000).close(), Thread::startVirtualThread);

    // When
    all.close();

    // Then
    assertThat(waiting.get(LONG.toSeconds(), TimeUnit.SECONDS)).isNull();
  }
}
