package dev.mikcar.queue.message;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One consumer of a {@link WaitingLine}. Its state belongs to the lock of the line of its source.
 */
final class Waiter {
  private final Reception reception;
  private final CompletableFuture<List<Delivery>> served = new CompletableFuture<>();
  private volatile @Nullable Future<?> alarm;

  enum State {
    WAITING,
    TAKING,
    DONE
  }

  State state = State.WAITING;

  /** Whether something was taken for it before, and there was nothing. */
  boolean tried;

  /** Whether it waits for nothing but the end of what is under way. */
  boolean ending;

  /** Whether nobody is there any more to receive what is taken. */
  boolean gone;

  Waiter(Reception reception) {
    this.reception = reception;
  }

  Reception reception() {
    return reception;
  }

  /** What it receives in the end. */
  CompletableFuture<List<Delivery>> served() {
    return served;
  }

  /** What ends its waiting. */
  void alarm(Future<?> pending) {
    alarm = pending;
  }

  void cancelAlarm() {
    Future<?> pending = alarm;
    if (pending != null) {
      pending.cancel(false);
    }
  }

  void finish(List<Delivery> deliveries) {
    served.complete(deliveries);
    cancelAlarm();
  }

  void fail(Throwable failure) {
    served.completeExceptionally(failure);
    cancelAlarm();
  }
}
