package dev.mikcar.queue.message;

import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Consumers that wait for messages, for backends that can take what is there now and tell when
 * there may be more. Who came first is served first. A waiting consumer costs a few objects.
 */
public final class WaitingLine implements AutoCloseable {
  /** Takes what is ready now. */
  @FunctionalInterface
  public interface Taker {
    /** Leases messages for this consumer; empty when none is ready. */
    Uni<List<Delivery>> take(Source source, Reception reception);
  }

  /** Takes back what nobody received. */
  @FunctionalInterface
  public interface Returner {
    void release(Source source, Delivery delivery);
  }

  private final Taker taker;
  private final Returner returner;
  private final int atOnce;
  private final Map<Source, Line> lines = new ConcurrentHashMap<>();
  private final ScheduledThreadPoolExecutor timer;

  /**
   * An empty line.
   *
   * @param atOnce how many takes of a source may be under way at a time
   */
  public WaitingLine(Taker taker, Returner returner, int atOnce) {
    this.taker = taker;
    this.returner = returner;
    this.atOnce = atOnce;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("queue-waiting").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** As {@link MessageQueue#receive}. */
  public Uni<List<Delivery>> receive(Source source, Reception reception) {
    return Uni.createFrom().completionStage(() -> enter(source, reception));
  }

  private CompletableFuture<List<Delivery>> enter(Source source, Reception reception) {
    Waiter waiter = new Waiter(reception);
    Line line =
        lines.compute(
            source,
            (_, present) -> {
              Line joined = present == null ? new Line(source) : present;
              joined.enter(waiter);
              return joined;
            });
    line.serve();
    if (waiter.served().isDone()) {
      return waiter.served();
    }
    if (reception.patience().isZero() || timer.isShutdown()) {
      line.end(waiter, false);
      return waiter.served();
    }
    try {
      waiter.alarm(
          timer.schedule(
              () -> line.end(waiter, false),
              reception.patience().toMillis(),
              TimeUnit.MILLISECONDS));
      var _ = reception.ended().whenComplete((_, _) -> line.end(waiter, true));
    } catch (RejectedExecutionException e) {
      line.end(waiter, true); // Closed meanwhile.
    }
    if (waiter.served().isDone()) {
      waiter.cancelAlarm();
    }
    return waiter.served();
  }

  /** There may be something to take now. Cheap when nobody waits. */
  public void wake(Source source) {
    Line line = lines.get(source);
    if (line != null) {
      line.wake();
    }
  }

  /** As {@link #wake}, for every source that somebody waits for. */
  public void wakeAll() {
    lines.values().forEach(Line::wake);
  }

  /** Whether somebody waits. */
  public boolean isAwaited(Source source) {
    return lines.containsKey(source);
  }

  /** Ends all waiting. */
  @Override
  public void close() {
    timer.shutdownNow();
    lines.values().forEach(Line::endAll);
  }

  private void dropIfEmpty(Line line) {
    lines.computeIfPresent(line.source, (_, present) -> present.isEmpty() ? null : present);
  }

  /** Those who wait for one source. While somebody is in it, it is in the map. */
  private final class Line {
    private final Source source;
    private final Set<Waiter> waiters = new LinkedHashSet<>();
    private int taking;

    /** How many of the waiters are to be ended once it is known that there is nothing for them. */
    private int ending;

    private boolean serving;
    private boolean dry;
    private long wakes;

    Line(Source source) {
      this.source = source;
    }

    synchronized void enter(Waiter waiter) {
      if (waiters.isEmpty()) {
        dry = false; // Nobody was there to hear of what came.
      }
      waiters.add(waiter);
    }

    synchronized boolean isEmpty() {
      return waiters.isEmpty();
    }

    void wake() {
      synchronized (this) {
        wakes++;
        dry = false;
      }
      serve();
    }

    /**
     * Takes for those who wait as long as there is something. One thread at a time does it, which
     * sees what the others did: so a take that is answered at once does not deepen the stack.
     */
    void serve() {
      while (true) {
        Waiter next;
        long seen;
        boolean empty;
        synchronized (this) {
          if (serving) {
            return;
          }
          next = dry || taking >= atOnce ? null : firstWaiting();
          seen = wakes;
          empty = waiters.isEmpty();
          if (next != null) {
            next.state = Waiter.State.TAKING;
            next.tried = true;
            taking++;
            serving = true;
          }
        }
        if (next == null) {
          if (empty) {
            dropIfEmpty(this);
          }
          return;
        }
        take(next, seen);
        synchronized (this) {
          serving = false;
        }
      }
    }

    private @Nullable Waiter firstWaiting() {
      for (Waiter waiter : waiters) {
        if (waiter.state == Waiter.State.WAITING) {
          return waiter;
        }
      }
      return null;
    }

    private void take(Waiter waiter, long seen) {
      var _ =
          Uni.createFrom()
              .deferred(() -> taker.take(source, waiter.reception()))
              .subscribe()
              .with(
                  deliveries -> took(waiter, seen, deliveries), failure -> failed(waiter, failure));
    }

    private void took(Waiter waiter, long seen, List<Delivery> deliveries) {
      boolean nobody;
      List<Waiter> unserved = new ArrayList<>();
      synchronized (this) {
        taking--;
        nobody = waiter.gone;
        if (deliveries.isEmpty() && !nobody) {
          waiter.state = Waiter.State.WAITING;
        } else {
          remove(waiter);
        }
        if (deliveries.isEmpty() && seen == wakes) {
          dry = true;
          if (ending > 0) {
            unserved.addAll(
                waiters.stream().filter(w -> w.ending && w.state == Waiter.State.WAITING).toList());
            unserved.forEach(this::remove);
          }
        }
      }
      if (nobody) {
        deliveries.forEach(delivery -> returner.release(source, delivery));
        waiter.finish(List.of());
      } else if (!deliveries.isEmpty()) {
        waiter.finish(deliveries);
      }
      unserved.forEach(other -> other.finish(List.of()));
      serve();
    }

    private void failed(Waiter waiter, Throwable failure) {
      synchronized (this) {
        taking--;
        remove(waiter);
      }
      waiter.fail(failure);
      serve();
    }

    /** The time is over: an attempt under way, or one that has still to be made, decides. */
    void end(Waiter waiter, boolean gone) {
      synchronized (this) {
        if (!waiter.ending && waiter.state != Waiter.State.DONE) {
          waiter.ending = true;
          ending++;
        }
        waiter.gone |= gone;
        boolean toBeTried = !gone && !waiter.tried && !dry;
        if (waiter.state != Waiter.State.WAITING || toBeTried) {
          return;
        }
        remove(waiter);
      }
      waiter.finish(List.of());
      dropIfEmpty(this);
    }

    void endAll() {
      List<Waiter> all;
      synchronized (this) {
        all = waiters.stream().filter(w -> w.state == Waiter.State.WAITING).toList();
        all.forEach(this::remove);
      }
      all.forEach(waiter -> waiter.finish(List.of()));
      dropIfEmpty(this);
    }

    private void remove(Waiter waiter) {
      waiter.state = Waiter.State.DONE;
      ending -= waiter.ending ? 1 : 0;
      waiters.remove(waiter);
    }
  }
}
