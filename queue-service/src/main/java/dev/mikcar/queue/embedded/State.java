package dev.mikcar.queue.embedded;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.message.Limits;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Source;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the queues hold: the sources with their entries, under one lock. The journal is asked under
 * it, so that changes come to it in their order; what it answers is taken in under it again, and
 * whoever waits is woken after it. All but {@link #locked} and {@link #close} is to be called under
 * the lock.
 */
final class State {
  private static final int GROUP_COST = 2_048;

  private final Object lock = new Object();
  private final Journal journal;
  private final Limits limits;
  private final Room room;
  private final Room bodies;
  private final InstantSource clock;
  private final Consumer<Source> wake;
  private final Leases leases;
  private final Idempotency idempotency;
  private final Map<Source, Line> lines = new HashMap<>();
  private final Map<Name, TreeMap<Name, Source.Group>> groups = new HashMap<>();
  private LongConsumer alarm = _ -> {};
  private long last;
  private boolean closed;

  /** What is done when the lock is free again: others are called then, who may call back. */
  private List<Runnable> afterwards = new ArrayList<>();

  /** What happens under the lock when a change is made, or could not be made. */
  @FunctionalInterface
  interface Outcome {
    void take(boolean made);
  }

  State(
      Journal journal,
      Limits limits,
      Room room,
      Room bodies,
      InstantSource clock,
      Consumer<Source> wake) {
    this.journal = journal;
    this.limits = limits;
    this.room = room;
    this.bodies = bodies;
    this.clock = clock;
    this.wake = wake;
    this.leases = new Leases(journal.identity());
    this.idempotency = new Idempotency(room);
  }

  /**
   * Does something under the lock.
   *
   * @throws ApiException.BackendUnavailable when this is closed
   */
  <T extends @Nullable Object> T locked(Supplier<T> work) {
    List<Runnable> begun = new ArrayList<>();
    try {
      synchronized (lock) {
        if (closed) {
          throw new ApiException.BackendUnavailable("the queue is closed", 1);
        }
        afterwards = begun;
        return work.get();
      }
    } finally {
      begun.forEach(Runnable::run);
    }
  }

  /** Takes the outcome of a change in when it is known, and wakes whoever waits for these. */
  <T> CompletionStage<T> changed(
      CompletionStage<Void> change, Collection<? extends Source> woken, Outcome outcome, T answer) {
    CompletableFuture<T> done = new CompletableFuture<>();
    afterwards.add(
        () -> {
          var _ =
              change.whenComplete((_, failure) -> finish(failure, woken, outcome, done, answer));
        });
    return done;
  }

  private <T> void finish(
      @Nullable Throwable failure,
      Collection<? extends Source> woken,
      Outcome outcome,
      CompletableFuture<T> done,
      T answer) {
    synchronized (lock) {
      if (!closed) {
        outcome.take(failure == null);
      }
    }
    woken.forEach(wake);
    if (failure == null) {
      done.complete(answer);
    } else {
      done.completeExceptionally(failure);
    }
  }

  /** Tells those who wait for a source that there may be something, once the lock is free. */
  void wakes(Source source) {
    afterwards.add(() -> wake.accept(source));
  }

  /** From now on nothing is done any more. */
  void close() {
    synchronized (lock) {
      closed = true;
    }
  }

  Journal journal() {
    return journal;
  }

  Limits limits() {
    return limits;
  }

  Leases leases() {
    return leases;
  }

  Idempotency idempotency() {
    return idempotency;
  }

  /** Milliseconds since the epoch. */
  long now() {
    return clock.millis();
  }

  /** A number that was never given before. */
  long next() {
    return ++last;
  }

  /** Gives no number up to this. */
  void skip(long number) {
    last = Math.max(last, number);
  }

  /** Tells in how many milliseconds something is due, each time there is something new. */
  void onDue(LongConsumer listener) {
    alarm = listener;
  }

  void dueIn(long millis) {
    alarm.accept(Math.max(0, millis));
  }

  // Sources

  @Nullable Line find(Source source) {
    return lines.get(source);
  }

  Line line(Source source) {
    return lines.computeIfAbsent(source, Line::new);
  }

  List<Source> groups(Name topic) {
    return new ArrayList<>(groups.getOrDefault(topic, new TreeMap<>()).values());
  }

  /** Adds a group that is not there; false when there is no room for it. */
  boolean enlist(Source.Group group, boolean force) {
    if (force) {
      room.take(GROUP_COST);
    } else if (!room.tryTake(GROUP_COST)) {
      return false;
    }
    groups.computeIfAbsent(group.name(), _ -> new TreeMap<>()).put(group.group(), group);
    var _ = line(group);
    return true;
  }

  /** Takes a group away with all that is in it; whether it was there. */
  boolean delist(Source.Group group) {
    Line line = lines.remove(group);
    if (line == null) {
      return false;
    }
    TreeMap<Name, Source.Group> others = groups.get(group.name());
    if (others != null) {
      others.remove(group.group());
      if (others.isEmpty()) {
        groups.remove(group.name());
      }
    }
    line.ended = true;
    room.give(GROUP_COST);
    for (Entry entry : line.all()) {
      leases.forget(entry);
      giveBack(entry);
    }
    return true;
  }

  void dropIfEmpty(Line line) {
    if (line.length() == 0 && line.source instanceof Source.Queue) {
      lines.remove(line.source, line);
    }
  }

  // Entries

  /** A new entry, nowhere yet; null when there is no room for it. */
  @Nullable Entry create(long id, Source target, Message message, Duration delay) {
    long cost = Entry.COST + (long) (journal.holdsMessages() ? 0 : message.size());
    if (!room.tryTake(cost)) {
      return null;
    }
    boolean kept = !journal.holdsMessages() || bodies.tryTake(message.size());
    long now = now();
    Entry entry =
        new Entry(
            next(),
            id,
            target,
            now,
            message.size(),
            message.orderingKey(),
            null,
            kept ? message : null,
            cost);
    entry.due = delay.isZero() ? 0 : now + delay.toMillis();
    return entry;
  }

  /** Counts an entry that was there before this process. */
  void adopt(Entry entry) {
    room.take(entry.cost);
    skip(Math.max(entry.position, entry.id));
  }

  void giveBack(Entry entry) {
    room.give(entry.cost);
    if (journal.holdsMessages() && entry.message != null) {
      bodies.give(entry.size);
    }
  }

  /** Puts an entry that was expected into its place. */
  void arrive(Entry entry) {
    Line line = lines.get(entry.source);
    if (line == null || line.ended) {
      giveBack(entry); // Its group was deleted meanwhile.
    } else {
      line.add(entry, now());
      watch(entry);
    }
  }

  /** Makes a hidden entry ready, or delayed. */
  void settle(Line line, Entry entry) {
    line.settle(entry, now());
    watch(entry);
  }

  /** Ends a hidden entry. */
  void end(Line line, Entry entry) {
    giveBack(entry);
    leave(line, entry);
  }

  /** Takes a hidden entry out of its source, which goes on with the next of its ordering key. */
  void leave(Line line, Entry entry) {
    Entry follower = line.remove(entry, now());
    if (follower != null) {
      watch(follower);
    }
    dropIfEmpty(line);
  }

  /** Puts a hidden entry back that could not be changed. */
  void restore(Line line, Entry entry) {
    if (line.ended) {
      giveBack(entry);
      return;
    }
    entry.due = 0;
    line.restore(entry, now());
  }

  private void watch(Entry entry) {
    if (entry.state == Entry.State.DELAYED) {
      leases.await(entry);
      dueIn(entry.due - now());
    }
  }
}
