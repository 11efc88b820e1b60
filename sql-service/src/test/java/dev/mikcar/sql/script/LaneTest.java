package dev.mikcar.sql.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneTest {
  private final AtomicLong now = new AtomicLong();
  private final Lane lane = new Lane(8, now::get);

  private List<CompletableFuture<Void>> enter(int count) {
    return IntStream.range(0, count).mapToObj(_ -> lane.enter()).toList();
  }

  private static long running(List<CompletableFuture<Void>> turns) {
    return turns.stream().filter(CompletableFuture::isDone).count();
  }

  @Test
  void eachLossHalvesHowManyRun() {
    lane.lose();
    lane.lose();

    List<CompletableFuture<Void>> turns = enter(5);

    assertThat(running(turns)).isEqualTo(2);
    assertThat(turns.get(1)).isDone();
    lane.leave();
    assertThat(turns.get(2)).as("the next in line").isDone();
    assertThat(running(turns)).isEqualTo(3);
  }

  @Test
  void oneRunsAfterAnyNumberOfLosses() {
    IntStream.range(0, 10).forEach(_ -> lane.lose());

    assertThat(running(enter(3))).isEqualTo(1);
  }

  @Test
  void timeWithoutALossLetsMoreRun() {
    IntStream.range(0, 3).forEach(_ -> lane.lose());
    List<CompletableFuture<Void>> turns = enter(5);

    now.addAndGet(Duration.ofSeconds(11).toNanos());
    lane.leave();

    assertThat(running(turns)).as("one that has left, and three").isEqualTo(4);
    assertThat(lane.isOpen()).isFalse();
    now.addAndGet(Duration.ofMinutes(1).toNanos());
    lane.leave();
    assertThat(running(turns)).isEqualTo(5);
    assertThat(lane.isOpen()).isTrue();
  }

  @Test
  void whoWaitsNoLongerTakesNoRoom() {
    IntStream.range(0, 3).forEach(_ -> lane.lose());
    List<CompletableFuture<Void>> turns = enter(3);

    turns.get(1).cancel(false);
    lane.leave();

    assertThat(turns.get(2)).isDone();
    assertThat(turns.get(2).isCompletedExceptionally()).isFalse();
  }
}
