package dev.mikcar.queue.embedded;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.embedded.Journal.Remembered;
import dev.mikcar.queue.message.Counts;
import dev.mikcar.queue.message.Limits;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Posting;
import dev.mikcar.queue.message.Reception;
import dev.mikcar.queue.message.Source;
import dev.mikcar.queue.message.StoredMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All sources with their entries, under one lock. The journal is asked under it, so that changes
 * come to it in their order; what it answers is taken in under it again, and whoever waits is woken
 * after it.
 */
final class Lines {
  private static final int GROUP_COST = 2_048;
  private static final int PURGE_AT_ONCE = 5_000;

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
  private LongConsumer due = _ -> {};
  private long last;
  private boolean closed;

  /** An entry as it was leased. */
  record Leased(Entry entry, String lease, int attempts) {}

  /** An entry as it was seen. */
  record Peeked(Entry entry, int attempts) {}

  Lines(
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
    synchronized (lock) {
      recover();
    }
  }

  /** Tells when something will be due earlier than the last tick said. */
  void onDue(LongConsumer listener) {
    synchronized (lock) {
      due = listener;
    }
  }

  private long now() {
    return clock.millis();
  }

  private void requireOpen() {
    if (closed) {
      throw new ApiException.BackendUnavailable("the queue is closed", 1);
    }
  }

  private void recover() {
    List<Entry> spent = new ArrayList<>();
    journal.recover(
        new Journal.Recovery() {
          @Override
          public void group(Source.Group group) {
            enlist(group);
            room.take(GROUP_COST);
          }

          @Override
          public void entry(Entry entry) {
            room.take(entry.cost);
            last = Math.max(last, Math.max(entry.position, entry.id));
            Line line = line(entry.source);
            line.expect(1);
            place(line, entry);
            if (entry.attempts >= limits.attempts(entry.source)) {
              spent.add(entry);
            }
          }

          @Override
          public void remembered(Remembered remembered) {
            idempotency.begin(remembered, CompletableFuture.completedFuture(remembered));
          }

          @Override
          public void last(long number) {
            last = Math.max(last, number);
          }
        });
    // The process ended while they were delivered for the last time.
    spent.stream()
        .filter(entry -> entry.state == Entry.State.READY || entry.state == Entry.State.DELAYED)
        .forEach(
            entry -> {
              leases.forget(entry);
              line(entry.source).hide(entry);
              die(line(entry.source), entry);
            });
  }

  private Line line(Source source) {
    return lines.computeIfAbsent(source, Line::new);
  }

  private void dropIfEmpty(Line line) {
    if (line.length() == 0 && line.source instanceof Source.Queue) {
      lines.remove(line.source, line);
    }
  }

  private void place(Line line, Entry entry) {
    line.add(entry, now());
    watch(entry);
  }

  private void settle(Line line, Entry entry) {
    line.settle(entry, now());
    watch(entry);
  }

  private void watch(Entry entry) {
    if (entry.state == Entry.State.DELAYED) {
      leases.await(entry);
      due.accept(Math.max(0, entry.due - now()));
    }
  }

  /** Runs under the lock when a change is made, or is not. */
  private <T> CompletionStage<T> then(
      CompletionStage<Void> change, Set<? extends Source> woken, Consumer<Boolean> taken, T item) {
    CompletableFuture<T> done = new CompletableFuture<>();
    var _ =
        change.whenComplete(
            (_, failure) -> {
              synchronized (lock) {
                if (!closed) {
                  taken.accept(failure == null);
                }
              }
              woken.forEach(wake);
              if (failure == null) {
                done.complete(item);
              } else {
                done.completeExceptionally(failure);
              }
            });
    return done;
  }

  // ---- Sending

  List<Source> groups(Name topic) {
    synchronized (lock) {
      return new ArrayList<>(groups.getOrDefault(topic, new TreeMap<>()).values());
    }
  }

  CompletionStage<Remembered> send(
      List<? extends Source> targets, String scope, List<Message> messages, Posting posting) {
    CompletableFuture<Remembered> stored = new CompletableFuture<>();
    CompletionStage<Void> change;
    List<Entry> entries = new ArrayList<>();
    Remembered sent;
    synchronized (lock) {
      requireOpen();
      long now = now();
      String key = scope + "\0" + posting.idempotencyKey();
      if (posting.idempotencyKey() != null) {
        CompletableFuture<Remembered> earlier = idempotency.find(key, now);
        if (earlier != null) {
          return earlier.copy();
        }
      }
      requireRoomIn(targets, messages.size());
      List<Long> ids = new ArrayList<>();
      for (Message message : messages) {
        long id = ++last;
        ids.add(id);
        for (Source target : targets) {
          Entry entry = entry(id, target, message, now, posting.delay());
          if (!room.tryTake(entry.cost)) {
            giveBack(entries);
            throw new ApiException.BackendUnavailable("the queues hold all that memory allows", 1);
          }
          entries.add(entry);
        }
      }
      sent = new Remembered(key, ids, !targets.isEmpty(), now + Posting.REMEMBERED.toMillis());
      if (posting.idempotencyKey() != null && !idempotency.begin(sent, stored)) {
        giveBack(entries);
        throw new ApiException.BackendUnavailable("the queues hold all that memory allows", 1);
      }
      targets.forEach(target -> line(target).expect(messages.size()));
      List<Message> each =
          messages.stream().flatMap(message -> targets.stream().map(_ -> message)).toList();
      change = journal.add(entries, each, posting.idempotencyKey() == null ? null : sent);
    }
    var _ =
        then(
                change,
                new HashSet<>(targets),
                made -> {
                  if (made) {
                    entries.forEach(this::arrive);
                  } else {
                    idempotency.forget(sent.key());
                    giveBack(entries);
                    entries.forEach(entry -> line(entry.source).forget(1));
                  }
                },
                sent)
            .whenComplete(
                (item, failure) -> {
                  if (failure == null) {
                    stored.complete(item);
                  } else {
                    stored.completeExceptionally(failure);
                  }
                });
    return stored.copy();
  }

  private void requireRoomIn(List<? extends Source> targets, int more) {
    for (Source target : targets) {
      Line line = lines.get(target);
      if ((line == null ? 0 : line.length()) + more > limits.length(target)) {
        throw Limits.full(target);
      }
    }
  }

  private Entry entry(long id, Source target, Message message, long now, Duration delay) {
    long position = ++last;
    long cost = Entry.COST;
    Message kept = null;
    if (!journal.holdsMessages()) {
      cost += message.size();
      kept = message;
    } else if (bodies.tryTake(message.size())) {
      kept = message;
    }
    Entry entry =
        new Entry(
            position, id, target, now, message.size(), message.orderingKey(), null, kept, cost);
    entry.due = now + delay.toMillis();
    return entry;
  }

  private void giveBack(List<Entry> entries) {
    entries.forEach(this::giveBack);
  }

  private void giveBack(Entry entry) {
    room.give(entry.cost);
    if (journal.holdsMessages() && entry.message != null) {
      bodies.give(entry.size);
    }
  }

  private void arrive(Entry entry) {
    Line line = lines.get(entry.source);
    if (line == null || line.ended) {
      giveBack(entry); // Its group was deleted meanwhile.
    } else {
      place(line, entry);
    }
  }

  // ---- Groups

  boolean hasGroup(Source.Group group) {
    synchronized (lock) {
      return lines.containsKey(group);
    }
  }

  private void enlist(Source.Group group) {
    groups.computeIfAbsent(group.name(), _ -> new TreeMap<>()).put(group.group(), group);
    var _ = line(group);
  }

  CompletionStage<Boolean> createGroup(Source.Group group) {
    synchronized (lock) {
      requireOpen();
      if (lines.containsKey(group)) {
        return CompletableFuture.completedStage(false);
      }
      if (!room.tryTake(GROUP_COST)) {
        throw new ApiException.BackendUnavailable("the queues hold all that memory allows", 1);
      }
      // At once: what is published from here on comes after it in the journal, too.
      enlist(group);
      return then(
          journal.createGroup(group),
          Set.of(),
          made -> {
            if (!made) {
              delist(group);
            }
          },
          true);
    }
  }

  /** Takes a group off the list with all that is in it; null when it is not on it. */
  private @Nullable Line delist(Source.Group group) {
    Line line = lines.remove(group);
    if (line == null) {
      return null;
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
      leases.end(entry);
      giveBack(entry);
    }
    return line;
  }

  CompletionStage<Boolean> deleteGroup(Source.Group group) {
    synchronized (lock) {
      requireOpen();
      return delist(group) == null
          ? CompletableFuture.completedStage(false)
          : journal.deleteGroup(group).thenApply(_ -> true);
    }
  }

  // ---- Taking

  List<Leased> take(Source source, Reception reception) {
    List<Leased> taken = new ArrayList<>();
    synchronized (lock) {
      requireOpen();
      Line line = lines.get(source);
      long bytes = 0;
      long until = now() + reception.lease().toMillis();
      Entry entry = line == null ? null : line.first();
      while (line != null
          && entry != null
          && taken.size() < reception.max()
          && (taken.isEmpty() || bytes < reception.maxBytes())
          && line.leased() < limits.inFlight(source)) {
        line.lease(entry);
        leases.begin(entry, until);
        entry.attempts++;
        bytes += entry.size;
        note(entry, 0);
        taken.add(new Leased(entry, leases.lease(entry), entry.attempts));
        entry = line.first();
      }
      if (!taken.isEmpty()) {
        due.accept(reception.lease().toMillis());
      }
    }
    return taken;
  }

  /** Not waited for: it only keeps the count of attempts through a crash. */
  private void note(Entry entry, long dueAt) {
    var _ = journal.note(entry, entry.attempts, dueAt);
  }

  CompletionStage<Boolean> ack(Name name, String lease) {
    Entry entry;
    Line line;
    CompletionStage<Void> change;
    synchronized (lock) {
      requireOpen();
      entry = leases.find(name, lease, now());
      if (entry == null) {
        return CompletableFuture.completedStage(false);
      }
      leases.end(entry);
      line = line(entry.source);
      line.hide(entry);
      change = journal.remove(List.of(entry));
    }
    return then(
        change,
        Set.of(entry.source),
        made -> {
          if (made) {
            end(line, entry);
          } else {
            restore(line, entry);
          }
        },
        true);
  }

  private void end(Line line, Entry entry) {
    if (!line.ended) {
      giveBack(entry);
    }
    Entry follower = line.remove(entry, now());
    if (follower != null) {
      watch(follower);
    }
    dropIfEmpty(line);
  }

  private void restore(Line line, Entry entry) {
    entry.due = 0;
    line.restore(entry, now());
  }

  boolean nack(Name name, String lease, Duration delay) {
    Entry entry;
    synchronized (lock) {
      requireOpen();
      entry = leases.find(name, lease, now());
      if (entry == null) {
        return false;
      }
      comeBack(entry, delay.isZero() ? 0 : now() + delay.toMillis());
    }
    wake.accept(entry.source);
    return true;
  }

  /** The end of a lease without an acknowledgement. */
  private void comeBack(Entry entry, long dueAt) {
    leases.end(entry);
    Line line = line(entry.source);
    line.hide(entry);
    if (entry.attempts >= limits.attempts(entry.source)) {
      die(line, entry);
    } else {
      entry.due = dueAt;
      note(entry, dueAt);
      settle(line, entry);
    }
  }

  boolean release(Name name, String lease) {
    Entry entry;
    synchronized (lock) {
      if (closed) {
        return false;
      }
      entry = leases.find(name, lease, now());
      if (entry == null) {
        return false;
      }
      entry.attempts--;
      comeBack(entry, 0);
    }
    wake.accept(entry.source);
    return true;
  }

  void release(Entry entry, String lease) {
    release(entry.source.name(), lease);
  }

  boolean extend(Name name, String lease, Duration time) {
    synchronized (lock) {
      requireOpen();
      Entry entry = leases.find(name, lease, now());
      if (entry == null) {
        return false;
      }
      leases.forget(entry);
      entry.due = now() + time.toMillis();
      leases.await(entry);
      due.accept(time.toMillis());
      return true;
    }
  }

  // ---- Dead messages

  private void die(Line line, Entry entry) {
    Source.Queue grave = new Source.Queue(entry.source.name().dead());
    move(line, entry, grave, entry.source);
  }

  private CompletionStage<Boolean> move(
      Line line, Entry entry, Source to, @Nullable Source origin) {
    Entry moved = entry.moved(++last, to, origin);
    line(to).expect(1);
    return then(
        journal.move(entry, moved),
        Set.of(entry.source, to),
        made -> {
          if (made) {
            Entry follower = line.remove(entry, now());
            if (follower != null) {
              watch(follower);
            }
            dropIfEmpty(line);
            arrive(moved);
          } else {
            line(to).forget(1);
            dropIfEmpty(line(to));
            restore(line, entry);
          }
        },
        true);
  }

  CompletionStage<Long> redrive(Name name, long max) {
    List<CompletionStage<Boolean>> moves = new ArrayList<>();
    synchronized (lock) {
      requireOpen();
      Line dead = lines.get(new Source.Queue(name.dead()));
      if (dead == null) {
        return CompletableFuture.completedStage(0L);
      }
      for (Entry entry : dead.firstReady(Long.MAX_VALUE)) {
        Source home = entry.origin == null ? new Source.Queue(name) : entry.origin;
        if (moves.size() < max && (home instanceof Source.Queue || lines.containsKey(home))) {
          dead.hide(entry);
          moves.add(move(dead, entry, home, null));
        }
      }
    }
    return all(moves).thenApply(_ -> (long) moves.size());
  }

  private static CompletionStage<Void> all(List<CompletionStage<Boolean>> stages) {
    return CompletableFuture.allOf(
        stages.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }

  CompletionStage<Long> purge(Source source) {
    List<CompletionStage<Boolean>> parts = new ArrayList<>();
    long count;
    synchronized (lock) {
      requireOpen();
      Line line = lines.get(source);
      if (line == null) {
        return CompletableFuture.completedStage(0L);
      }
      List<Entry> all = line.unleased();
      count = all.size();
      for (Entry entry : all) {
        leases.forget(entry);
        line.hide(entry);
      }
      for (int i = 0; i < all.size(); i += PURGE_AT_ONCE) {
        List<Entry> part = List.copyOf(all.subList(i, Math.min(all.size(), i + PURGE_AT_ONCE)));
        parts.add(
            then(
                journal.remove(part),
                Set.of(source),
                made ->
                    part.forEach(
                        entry -> {
                          if (made) {
                            end(line, entry);
                          } else {
                            restore(line, entry);
                          }
                        }),
                true));
      }
    }
    return all(parts).thenApply(_ -> count);
  }

  // ---- Looking

  Counts count(Source source) {
    synchronized (lock) {
      requireOpen();
      Line line = lines.get(source);
      return line == null ? Counts.NONE : line.counts();
    }
  }

  List<Peeked> peek(Source source, int max) {
    synchronized (lock) {
      requireOpen();
      Line line = lines.get(source);
      List<Peeked> seen = new ArrayList<>();
      long bytes = 0;
      for (Entry entry : line == null ? List.<Entry>of() : line.firstReady(max)) {
        if (bytes < Reception.ENOUGH_BYTES) {
          seen.add(new Peeked(entry, entry.attempts));
          bytes += entry.size;
        }
      }
      return seen;
    }
  }

  long leases() {
    synchronized (lock) {
      return leases.size();
    }
  }

  String messageId(long id) {
    return leases.message(id);
  }

  StoredMessage stored(Entry entry, Message message, int attempts) {
    Source origin = entry.origin;
    Message shown = message;
    if (origin != null) {
      Map<String, String> headers = new HashMap<>(message.headers());
      headers.put(Message.DEATH_REASON, Message.TOO_MANY_ATTEMPTS);
      if (origin instanceof Source.Group group) {
        headers.put(Message.DEATH_GROUP, group.group().text());
      }
      shown = new Message(message.body(), headers);
    }
    return new StoredMessage(
        messageId(entry.id), shown, Instant.ofEpochMilli(entry.receivedAt), attempts);
  }

  // ---- Time

  /** Does what is due; gives the milliseconds until the next time, at most a minute. */
  long tick() {
    Set<Source> toWake = new HashSet<>();
    long pause;
    synchronized (lock) {
      if (closed) {
        return 0;
      }
      long now = now();
      idempotency.expire(now);
      for (Entry entry = leases.pollDue(now); entry != null; entry = leases.pollDue(now)) {
        toWake.add(entry.source);
        if (entry.state == Entry.State.LEASED) {
          comeBack(entry, 0);
        } else {
          Line line = line(entry.source);
          line.hide(entry);
          settle(line, entry);
        }
      }
      long next = leases.nextDue();
      pause = next == Long.MAX_VALUE ? 60_000 : Math.clamp(next - now(), 1, 60_000);
    }
    toWake.forEach(wake);
    return pause;
  }

  void close() {
    synchronized (lock) {
      closed = true;
    }
  }
}
