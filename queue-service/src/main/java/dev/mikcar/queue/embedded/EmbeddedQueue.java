package dev.mikcar.queue.embedded;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.embedded.Delivering.Leased;
import dev.mikcar.queue.message.Counts;
import dev.mikcar.queue.message.Delivery;
import dev.mikcar.queue.message.Limits;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.MessageQueue;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Posting;
import dev.mikcar.queue.message.Published;
import dev.mikcar.queue.message.Reception;
import dev.mikcar.queue.message.Source;
import dev.mikcar.queue.message.StoredMessage;
import dev.mikcar.queue.message.WaitingLine;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Queues of this process. The order, the leases and the counts are in memory, in {@link State}; the
 * messages too, or on disk. Changes go through the journal and are seen when it has made them.
 */
public final class EmbeddedQueue implements MessageQueue {
  /** How many consumers of a source have their messages read from disk at a time. */
  private static final int LOADS = 4;

  private final Journal journal;
  private final State state;
  private final Sending sending;
  private final Groups groups;
  private final Delivering delivering;
  private final Moving moving;
  private final Looking looking;
  private final WaitingLine waiting;
  private final @Nullable Ticking ticking;

  EmbeddedQueue(
      Journal journal,
      Limits limits,
      Room entries,
      Room bodies,
      InstantSource clock,
      boolean tick) {
    this.journal = journal;
    this.waiting =
        new WaitingLine(
            this::take,
            (source, delivery) -> {
              var _ = release(source.name(), delivery.lease()).subscribe().asCompletionStage();
            },
            journal.holdsMessages() ? LOADS : 1);
    this.state = new State(journal, limits, entries, bodies, clock, waiting::wake);
    this.sending = new Sending(state);
    this.groups = new Groups(state);
    this.moving = new Moving(state);
    this.delivering = new Delivering(state, moving);
    this.looking = new Looking(state);
    Recovering.recover(state, moving);
    this.ticking = tick ? new Ticking(delivering::tick) : null;
    if (ticking != null) {
      state.onDue(ticking::notLaterThan);
    }
  }

  /**
   * Queues in memory, gone with the process.
   *
   * @param bytes how much all of them together may hold
   */
  public static EmbeddedQueue inMemory(Limits limits, long bytes) {
    Room room = new Room(bytes);
    return new EmbeddedQueue(new NoJournal(), limits, room, room, new SteadyClock(), true);
  }

  /**
   * Queues in a folder, which one process at a time has. What was answered is on stable storage.
   * Blocks while it reads what is there.
   *
   * @param entries how much of the memory what is known of all messages may take, bytes
   * @param bodies how much of it the messages themselves may take, which are on disk too
   * @throws IllegalStateException when they cannot be had, with the reason
   */
  public static EmbeddedQueue inFolder(Path folder, Limits limits, long entries, long bodies) {
    Journal journal = SqliteJournal.open(folder);
    try {
      return new EmbeddedQueue(
          journal, limits, new Room(entries), new Room(bodies), new SteadyClock(), true);
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /** Does what is due now, for those whose clock does not tick by itself. */
  void tick() {
    var _ = delivering.tick();
  }

  private static <T> Uni<T> uni(Supplier<CompletionStage<T>> work) {
    return Uni.createFrom().completionStage(work).onFailure().transform(EmbeddedQueue::translated);
  }

  private static Throwable translated(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof ApiException
        ? cause
        : new ApiException.BackendUnavailable("the queue cannot be written or read now", 1);
  }

  @Override
  public Uni<List<String>> push(Name queue, List<Message> messages, Posting posting) {
    return uni(
        () ->
            sending
                .push(queue, messages, posting)
                .thenApply(sent -> sent.ids().stream().map(looking::messageId).toList()));
  }

  @Override
  public Uni<Published> publish(Name topic, Message message, Posting posting) {
    return uni(
        () ->
            sending
                .publish(topic, message, posting)
                .thenApply(
                    sent ->
                        new Published(looking.messageId(sent.ids().getFirst()), sent.routed())));
  }

  @Override
  public Uni<Boolean> createGroup(Source.Group group) {
    return uni(() -> groups.create(group));
  }

  @Override
  public Uni<Boolean> deleteGroup(Source.Group group) {
    return uni(() -> groups.delete(group));
  }

  @Override
  public Uni<List<Delivery>> receive(Source source, Reception reception) {
    if (source instanceof Source.Group group && !groups.has(group)) {
      return createGroup(group).chain(_ -> waiting.receive(source, reception));
    }
    return waiting.receive(source, reception);
  }

  private Uni<List<Delivery>> take(Source source, Reception reception) {
    List<Leased> taken = delivering.take(source, reception);
    if (taken.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    long bytes = taken.stream().mapToLong(leased -> leased.entry().size).sum();
    return Uni.createFrom()
        .completionStage(
            () -> reception.admission().admit(bytes).thenCompose(_ -> deliveries(taken)))
        .onFailure()
        .invoke(
            _ ->
                taken.forEach(
                    leased -> delivering.release(leased.entry().source.name(), leased.lease())))
        .onFailure()
        .transform(EmbeddedQueue::translated);
  }

  private CompletionStage<List<Delivery>> deliveries(List<Leased> taken) {
    CompletionStage<List<Delivery>> all = CompletableFuture.completedStage(new ArrayList<>());
    for (Leased leased : taken) {
      all = all.thenCombine(load(leased.entry()), (list, message) -> with(list, leased, message));
    }
    return all;
  }

  private List<Delivery> with(List<Delivery> list, Leased leased, Optional<Message> message) {
    // What is leased nobody removes, but the end of its group.
    message.ifPresent(
        there ->
            list.add(
                new Delivery(
                    leased.lease(), looking.stored(leased.entry(), there, leased.attempts()))));
    return list;
  }

  private CompletionStage<Optional<Message>> load(Entry entry) {
    return entry.message != null
        ? CompletableFuture.completedStage(Optional.of(entry.message))
        : journal.load(entry);
  }

  @Override
  public Uni<Boolean> ack(Name name, String lease) {
    return uni(() -> delivering.ack(name, lease));
  }

  @Override
  public Uni<Boolean> nack(Name name, String lease, Duration delay) {
    return uni(() -> delivering.nack(name, lease, delay));
  }

  @Override
  public Uni<Boolean> release(Name name, String lease) {
    return uni(() -> CompletableFuture.completedStage(delivering.release(name, lease)));
  }

  @Override
  public Uni<Boolean> extend(Name name, String lease, Duration time) {
    return uni(() -> CompletableFuture.completedStage(delivering.extend(name, lease, time)));
  }

  @Override
  public Uni<Counts> count(Source source) {
    return uni(() -> CompletableFuture.completedStage(looking.count(source)));
  }

  @Override
  public Uni<List<StoredMessage>> peek(Source source, int max) {
    return uni(
        () -> {
          CompletionStage<List<StoredMessage>> all =
              CompletableFuture.completedStage(new ArrayList<>());
          for (Looking.Seen seen : looking.peek(source, max)) {
            all =
                all.thenCombine(
                    load(seen.entry()),
                    (list, message) -> {
                      message.ifPresent(
                          there -> list.add(looking.stored(seen.entry(), there, seen.attempts())));
                      return list;
                    });
          }
          return all;
        });
  }

  @Override
  public Uni<Long> purge(Source source) {
    return uni(() -> moving.purge(source));
  }

  @Override
  public Uni<Long> redrive(Name name, long max) {
    return uni(() -> moving.redrive(name, max));
  }

  @Override
  public long leases() {
    return delivering.leases();
  }

  @Override
  public Uni<Void> ping() {
    return uni(journal::probe);
  }

  @Override
  public void close() {
    if (ticking != null) {
      ticking.close();
    }
    state.close();
    waiting.close();
    journal.close();
  }
}
