package dev.mikcar.common.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** An eighth of it is kept for those who want little, 160 bytes at most. */
  private static final long TOTAL = 10_240;

  private static final long MUCH = TOTAL - TOTAL / 8;

  @Test
  void whatIsTakenIsFreeAgainOnceClosed() {
    // Given
    MemoryBudget memory = new MemoryBudget(TOTAL, Duration.ZERO);

    // When
    try (MemoryBudget.Share share = memory.take(6000)) {
      // Then
      assertThat(share.tryMore(3000)).isFalse();
      assertThat(share.tryMore(2500)).isTrue();
      assertThatThrownBy(() -> memory.take(1000))
          .isInstanceOf(ApiException.BackendUnavailable.class)
          .hasMessageContaining("all the memory");
    }
    assertThat(memory.free()).isEqualTo(TOTAL);
  }

  @Test
  void whatIsMoreThanAllIsAllButTheReserve() {
    // Given
    MemoryBudget memory = new MemoryBudget(TOTAL, Duration.ZERO);

    // When
    try (MemoryBudget.Share share = memory.take(Long.MAX_VALUE)) {
      // Then
      assertThat(share.tryMore(1000)).isFalse();
      assertThat(memory.free()).isEqualTo(TOTAL - MUCH);
    }
    assertThat(memory.free()).isEqualTo(TOTAL);
  }

  @Test
  void whoWaitsIsServedWhenSomethingBecomesFree() throws Exception {
    // Given
    MemoryBudget memory = new MemoryBudget(TOTAL, LONG);
    MemoryBudget.Share all = memory.take(MUCH);
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> memory.take(5000).close(), Thread::startVirtualThread);

    // When
    all.close();

    // Then
    assertThat(waiting.get(LONG.toSeconds(), TimeUnit.SECONDS)).isNull();
    assertThat(memory.free()).isEqualTo(TOTAL);
  }

  @Test
  void whoWantsLittleDoesNotWaitForThoseWhoWantMuch() {
    // Given
    MemoryBudget memory = new MemoryBudget(TOTAL, LONG);
    MemoryBudget.Share all = memory.take(MUCH);
    CompletableFuture<MemoryBudget.Share> much = memory.request(5000);

    // When
    CompletableFuture<MemoryBudget.Share> little = memory.request(100);

    // Then
    assertThat(little).isCompleted();
    assertThat(much).isNotDone();
    all.close();
    assertThat(much).isCompleted();
  }

  @Test
  void whoWantsMuchIsServedInTurn() {
    // Given
    MemoryBudget memory = new MemoryBudget(TOTAL, LONG);
    MemoryBudget.Share one = memory.take(6000);
    CompletableFuture<MemoryBudget.Share> first = memory.request(8000);
    CompletableFuture<MemoryBudget.Share> second = memory.request(1000);
    boolean overtaken = second.isDone();

    // When
    one.close();

    // Then
    assertThat(overtaken).isFalse();
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
  }

  @Test
  void whoIsGoneTakesNothing() {
    // Given
    MemoryBudget memory = new MemoryBudget(TOTAL, LONG);
    MemoryBudget.Share all = memory.take(MUCH);
    CompletableFuture<MemoryBudget.Share> gone = memory.request(8000);

    // When
    gone.cancel(false);
    all.close();

    // Then
    assertThat(memory.free()).isEqualTo(TOTAL);
  }

  @Test
  void aShareIsGivenBackInPartsAndOnce() {
    // Given
    MemoryBudget memory = new MemoryBudget(TOTAL, LONG);
    MemoryBudget.Share share = memory.take(5000);
    MemoryBudget.Share more = memory.take(1000);

    // When
    share.absorb(more);
    share.shrinkTo(2000);
    long kept = memory.free();
    share.close();
    share.close();
    more.close();

    // Then
    assertThat(kept).isEqualTo(TOTAL - 2000);
    assertThat(memory.free()).isEqualTo(TOTAL);
    assertThat(share.tryMore(1)).isFalse();
  }
}
