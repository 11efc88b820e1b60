package dev.mikcar.queue.embedded;

import dev.mikcar.common.error.ApiException;
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
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Queues of this process. The order, the leases and the counts are in memory, under the lock of
 * {@link Lines}; the messages too, or on disk. Changes go through the journal and are seen when it
 * has made them.
 */
public final class EmbeddedQueue implements MessageQueue {
  private final Journal journal;
  private final Lines lines;
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
            1);
    this.lines = new Lines(journal, limits, entries, bodies, clock, waiting::wake);
    this.ticking = tick ? new Ticking(lines::tick) : null;
    if (ticking != null) {
      lines.onDue(ticking::notLaterThan);
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

  /** Does what is due now, for those whose clock does not tick by itself. */
  void tick() {
    lines.tick();
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
            lines
                .send(List.of(new Source.Queue(queue)), "q" + queue, messages, posting)
                .thenApply(sent -> sent.ids().stream().map(lines::messageId).toList()));
  }

  @Override
  public Uni<Published> publish(Name topic, Message message, Posting posting) {
    return uni(
        () ->
            lines
                .send(lines.groups(topic), "t" + topic, List.of(message), posting)
                .thenApply(
                    sent -> new Published(lines.messageId(sent.ids().getFirst()), sent.routed())));
  }

  @Override
  public Uni<Boolean> createGroup(Source.Group group) {
    return uni(() -> lines.createGroup(group));
  }

  @Override
  public Uni<Boolean> deleteGroup(Source.Group group) {
    return uni(() -> lines.deleteGroup(group));
  }

  @Override
  public Uni<List<Delivery>> receive(Source source, Reception reception) {
    if (source instanceof Source.Group group && !lines.hasGroup(group)) {
      return createGroup(group).chain(_ -> waiting.receive(source, reception));
    }
    return waiting.receive(source, reception);
  }

  private Uni<List<Delivery>> take(Source source, Reception reception) {
    List<Lines.Leased> taken = lines.take(source, reception);
    if (taken.stream().allMatch(leased -> leased.entry().message != null)) {
      return Uni.createFrom().item(taken.stream().map(this::delivery).toList());
    }
    return Uni.createFrom()
        .completionStage(() -> loadAll(taken))
        .onFailure()
        .invoke(_ -> taken.forEach(leased -> lines.release(leased.entry(), leased.lease())))
        .onFailure()
        .transform(EmbeddedQueue::translated);
  }

  private CompletionStage<List<Delivery>> loadAll(List<Lines.Leased> taken) {
    CompletionStage<List<Delivery>> all = CompletableFuture.completedStage(new ArrayList<>());
    for (Lines.Leased leased : taken) {
      all =
          all.thenCombine(
              load(leased.entry()),
              (deliveries, message) -> {
                deliveries.add(
                    new Delivery(
                        leased.lease(), lines.stored(leased.entry(), message, leased.attempts())));
                return deliveries;
              });
    }
    return all;
  }

  private CompletionStage<Message> load(Entry entry) {
    return entry.message != null
        ? CompletableFuture.completedStage(entry.message)
        : journal.load(entry);
  }

  private Delivery delivery(Lines.Leased leased) {
    Message message = leased.entry().message;
    if (message == null) {
      throw new IllegalStateException("the message is on disk");
    }
    return new Delivery(leased.lease(), lines.stored(leased.entry(), message, leased.attempts()));
  }

  @Override
  public Uni<Boolean> ack(Name name, String lease) {
    return uni(() -> lines.ack(name, lease));
  }

  @Override
  public Uni<Boolean> nack(Name name, String lease, Duration delay) {
    return uni(() -> CompletableFuture.completedStage(lines.nack(name, lease, delay)));
  }

  @Override
  public Uni<Boolean> release(Name name, String lease) {
    return uni(() -> CompletableFuture.completedStage(lines.release(name, lease)));
  }

  @Override
  public Uni<Boolean> extend(Name name, String lease, Duration time) {
    return uni(() -> CompletableFuture.completedStage(lines.extend(name, lease, time)));
  }

  @Override
  public Uni<Counts> count(Source source) {
    return uni(() -> CompletableFuture.completedStage(lines.count(source)));
  }

  @Override
  public Uni<List<StoredMessage>> peek(Source source, int max) {
    return uni(
        () -> {
          CompletionStage<List<StoredMessage>> all =
              CompletableFuture.completedStage(new ArrayList<>());
          for (Lines.Peeked peeked : lines.peek(source, max)) {
            all =
                all.thenCombine(
                    load(peeked.entry()),
                    (messages, message) -> {
                      messages.add(lines.stored(peeked.entry(), message, peeked.attempts()));
                      return messages;
                    });
          }
          return all;
        });
  }

  @Override
  public Uni<Long> purge(Source source) {
    return uni(() -> lines.purge(source));
  }

  @Override
  public Uni<Long> redrive(Name name, long max) {
    return uni(() -> lines.redrive(name, max));
  }

  @Override
  public long leases() {
    return lines.leases();
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
    lines.close();
    waiting.close();
    journal.close();
  }
}
