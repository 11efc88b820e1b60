package dev.mikcar.sql.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many scripts of one text run at the same time. Those that change the same rows in another
 * order end in deadlocks, and PostgreSQL lets each stand for a second ({@code deadlock_timeout})
 * before it ends one of those in it, who comes again and makes the next: hardly any gets through.
 * So each loss halves how many may run, and every few seconds without one let one more, as TCP does
 * with what is on its way. In their order, for any thread.
 */
final class Lane {
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int most;
  private final LongSupplier clock;
  private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
  private int running;
  private int allowed;
  private long lost;

  /**
   * @param most how many run when nothing was lost for long
   * @param clock as {@link System#nanoTime}
   */
  Lane(int most, LongSupplier clock) {
    this.most = most;
    this.clock = clock;
    this.allowed = most;
    this.lost = clock.getAsLong();
  }

  /** Done when there is room. Who completes it before does not want it any more. */
  CompletableFuture<Void> enter() {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    synchronized (this) {
      waiting.add(turn);
    }
    admit();
    return turn;
  }

  /** To be called once by whoever had room. */
  void leave() {
    synchronized (this) {
      running--;
    }
    admit();
  }

  /** A script has lost to others. */
  synchronized void lose() {
    allowed = Math.max(1, allowedNow() / 2);
    lost = clock.getAsLong();
  }

  /** Whether it lets as many run as ever. */
  synchronized boolean isOpen() {
    return allowedNow() >= most && waiting.isEmpty();
  }

  private int allowedNow() {
    return (int) Math.min(most, allowed + (clock.getAsLong() - lost) / CALM_NANOS);
  }

  private void admit() {
    List<CompletableFuture<Void>> next;
    do {
      next = new ArrayList<>();
      synchronized (this) {
        while (running < allowedNow() && !waiting.isEmpty()) {
          next.add(waiting.poll());
          running++;
        }
      }
      // Outside of the lock: what follows may come here again.
      int gone = (int) next.stream().filter(turn -> !turn.complete(null)).count();
      synchronized (this) {
        running -= gone;
      }
      next = gone == 0 ? List.of() : next;
    } while (!next.isEmpty());
  }
}
