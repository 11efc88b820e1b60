package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Reception;
import dev.mikcar.queue.message.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What goes out under a lease, and how leases end. */
final class Delivering {
  private static final CompletionStage<Boolean> NO = CompletableFuture.completedStage(false);
  private static final CompletionStage<Boolean> YES = CompletableFuture.completedStage(true);
  private static final long LONGEST_PAUSE = 60_000;

  private final State state;
  private final Moving moving;

  /** An entry as it was leased. */
  record Leased(Entry entry, String lease, int attempts) {}

  Delivering(State state, Moving moving) {
    this.state = state;
    this.moving = moving;
  }

  /** Leases what is ready now. */
  List<Leased> take(Source source, Reception reception) {
    return state.locked(
        () -> {
          List<Leased> taken = new ArrayList<>();
          Line line = state.find(source);
          if (line == null) {
            return taken;
          }
          long bytes = 0;
          long until = state.now() + reception.lease().toMillis();
          Entry entry = line.first();
          while (entry != null
              && taken.size() < reception.max()
              && (taken.isEmpty() || bytes < reception.maxBytes())
              && line.leased() < state.limits().inFlight(source)) {
            taken.add(lease(line, entry, until));
            bytes += entry.size;
            entry = line.first();
          }
          if (!taken.isEmpty()) {
            state.dueIn(reception.lease().toMillis());
          }
          return taken;
        });
  }

  private Leased lease(Line line, Entry entry, long until) {
    line.lease(entry);
    state.leases().begin(entry, until);
    entry.attempts++;
    // Not waited for: it only keeps the count of attempts through a crash.
    var _ = state.journal().note(entry, entry.attempts, 0);
    return new Leased(entry, state.leases().lease(entry), entry.attempts);
  }

  CompletionStage<Boolean> ack(Name name, String lease) {
    return state.locked(
        () -> {
          Entry entry = state.leases().find(name, lease, state.now());
          if (entry == null) {
            return NO;
          }
          state.leases().end(entry);
          Line line = state.line(entry.source);
          line.hide(entry);
          return state.changed(
              state.journal().remove(List.of(entry)),
              List.of(entry.source),
              made -> {
                if (made) {
                  state.end(line, entry);
                } else {
                  state.restore(line, entry);
                }
              },
              true);
        });
  }

  CompletionStage<Boolean> nack(Name name, String lease, Duration delay) {
    return state.locked(
        () -> {
          Entry entry = state.leases().find(name, lease, state.now());
          return entry == null
              ? NO
              : comeBack(entry, delay.isZero() ? 0 : state.now() + delay.toMillis());
        });
  }

  /** As if it had never been delivered. */
  boolean release(Name name, String lease) {
    return state.locked(
        () -> {
          Entry entry = state.leases().find(name, lease, state.now());
          if (entry == null) {
            return false;
          }
          entry.attempts--;
          var _ = state.journal().note(entry, entry.attempts, 0);
          var _ = comeBack(entry, 0);
          return true;
        });
  }

  boolean extend(Name name, String lease, Duration time) {
    return state.locked(
        () -> {
          Entry entry = state.leases().find(name, lease, state.now());
          if (entry == null) {
            return false;
          }
          state.leases().unwatch(entry);
          entry.due = state.now() + time.toMillis();
          state.leases().await(entry);
          state.dueIn(time.toMillis());
          return true;
        });
  }

  /** The end of a lease without an acknowledgement. */
  private CompletionStage<Boolean> comeBack(Entry entry, long dueAt) {
    state.leases().end(entry);
    Line line = state.line(entry.source);
    line.hide(entry);
    if (entry.attempts >= state.limits().attempts(entry.source)) {
      return moving.bury(line, entry);
    }
    entry.due = dueAt;
    state.settle(line, entry);
    state.wakes(entry.source);
    return dueAt == 0
        ? YES
        : state.journal().note(entry, entry.attempts, dueAt).thenApply(_ -> true);
  }

  /** Does what is due; gives the milliseconds until the next time, at most a minute. */
  long tick() {
    return state.locked(
        () -> {
          long now = state.now();
          state.idempotency().expire(now);
          Leases leases = state.leases();
          for (Entry entry = leases.pollDue(now); entry != null; entry = leases.pollDue(now)) {
            fallDue(entry);
          }
          long next = leases.nextDue();
          return next == Long.MAX_VALUE
              ? LONGEST_PAUSE
              : Math.clamp(next - state.now(), 1, LONGEST_PAUSE);
        });
  }

  private void fallDue(Entry entry) {
    if (entry.state == Entry.State.LEASED) {
      var _ = comeBack(entry, 0);
      return;
    }
    if (entry.state != Entry.State.DELAYED) {
      return; // Another one with its ordering key has come before it meanwhile.
    }
    Line line = state.line(entry.source);
    line.hide(entry);
    state.settle(line, entry);
    state.wakes(entry.source);
  }

  long leases() {
    return state.locked(() -> (long) state.leases().size());
  }
}
