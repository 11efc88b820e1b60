package dev.mikcar.queue.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.message.Counts;
import dev.mikcar.queue.message.Delivery;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.MessageQueue;
import dev.mikcar.queue.message.MessageQueueContract;
import dev.mikcar.queue.message.Posting;
import dev.mikcar.queue.message.Reception;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemoryQueueTest extends MessageQueueContract {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final long ROOM = 64 << 20;

  private final ManualClock clock = new ManualClock();
  private final Room room = new Room(ROOM);
  private final EmbeddedQueue embedded =
      new EmbeddedQueue(new NoJournal(), LIMITS, room, room, clock, false);

  @Override
  protected MessageQueue open() {
    return embedded;
  }

  @Override
  protected void pass(Duration time) {
    clock.pass(time);
    embedded.tick();
  }

  @Test
  void refusesWhatIsBeyondTheMemoryAndGivesItBack() {
    // Given
    Message large = new Message(new byte[10 << 20], Map.of());
    for (int i = 0; i < 6; i++) {
      await(queue().push(JOBS, List.of(large), Posting.PLAIN));
    }

    // When, then
    assertThatThrownBy(() -> await(queue().push(JOBS, List.of(large), Posting.PLAIN)))
        .isInstanceOf(ApiException.BackendUnavailable.class);
    assertThat(await(queue().purge(QUEUE))).isEqualTo(6);
    assertThat(room.taken()).isZero();
    await(queue().push(JOBS, List.of(large), Posting.PLAIN));
  }

  @Test
  void endsALeaseAtItsTimeAndNotBefore() {
    // Given
    push("a");
    Delivery delivery = receive(QUEUE, LEASE);

    // When, then
    clock.pass(LEASE.minusMillis(1));
    assertThat(await(queue().extend(JOBS, delivery.lease(), LEASE))).isTrue();
    clock.pass(LEASE);
    assertThat(await(queue().ack(JOBS, delivery.lease()))).as("at the end of it").isFalse();
  }

  @Test
  void forgetsAKeyAfterItsTime() {
    // Given
    Posting posting = new Posting(Duration.ZERO, "k");
    await(queue().push(JOBS, List.of(text("a")), posting));

    // When
    pass(Posting.REMEMBERED.minusMillis(1));
    await(queue().push(JOBS, List.of(text("a")), posting));
    long within = await(queue().count(QUEUE)).ready();
    pass(Duration.ofMillis(1));
    await(queue().push(JOBS, List.of(text("a")), posting));

    // Then
    assertThat(within).isEqualTo(1);
    assertThat(await(queue().count(QUEUE)).ready()).isEqualTo(2);
  }

  @Test
  void holdsNothingForWhatIsGone() {
    // When
    for (int i = 0; i < 1_000; i++) {
      push("m" + i);
      Delivery delivery = receive(QUEUE, LEASE);
      await(queue().ack(JOBS, delivery.lease()));
    }

    // Then
    assertThat(room.taken()).isZero();
    assertThat(await(queue().count(QUEUE))).isEqualTo(Counts.NONE);
  }

  @Test
  void letsManyThousandsWait() {
    // Given
    List<CompletableFuture<List<Delivery>>> waiting = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      waiting.add(
          queue()
              .receive(
                  QUEUE,
                  new Reception(
                      1,
                      1,
                      LEASE,
                      Duration.ofMinutes(1),
                      new CompletableFuture<>(),
                      Reception.Admission.FREE))
              .subscribeAsCompletionStage());
    }

    // When
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      messages.add(text("m" + i));
    }
    await(queue().push(JOBS, messages, Posting.PLAIN));

    // Then
    for (int i = 0; i < 20_000; i++) {
      Delivery delivery = waiting.get(i).join().getFirst();
      assertThat(text(delivery)).isEqualTo("m" + i);
      await(queue().ack(JOBS, delivery.lease()));
    }
  }
}
