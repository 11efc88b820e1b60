package dev.mikcar.queue.embedded;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.embedded.Journal.Remembered;
import dev.mikcar.queue.message.Limits;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Posting;
import dev.mikcar.queue.message.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What comes into the queues. */
final class Sending {
  private final State state;

  Sending(State state) {
    this.state = state;
  }

  CompletionStage<Remembered> push(Name queue, List<Message> messages, Posting posting) {
    return state.locked(
        () -> send("q" + queue, List.of(new Source.Queue(queue)), messages, posting));
  }

  CompletionStage<Remembered> publish(Name topic, Message message, Posting posting) {
    return state.locked(() -> send("t" + topic, state.groups(topic), List.of(message), posting));
  }

  private CompletionStage<Remembered> send(
      String scope, List<? extends Source> targets, List<Message> messages, Posting posting) {
    String key = scope + "\0" + posting.idempotencyKey();
    boolean keyed = posting.idempotencyKey() != null;
    CompletableFuture<Remembered> earlier =
        keyed ? state.idempotency().find(key, state.now()) : null;
    if (earlier != null) {
      return earlier.copy();
    }
    requireLength(targets, messages.size());
    List<Long> ids = new ArrayList<>();
    List<Entry> entries = create(targets, messages, posting, ids);
    Remembered sent =
        new Remembered(key, ids, !targets.isEmpty(), state.now() + Posting.REMEMBERED.toMillis());
    CompletableFuture<Remembered> stored = new CompletableFuture<>();
    if (keyed && !state.idempotency().begin(sent, stored)) {
      entries.forEach(state::giveBack);
      throw noRoom();
    }
    targets.forEach(target -> state.line(target).expect(messages.size()));
    return store(entries, each(targets, messages), keyed ? sent : null, sent, stored);
  }

  private void requireLength(List<? extends Source> targets, int more) {
    for (Source target : targets) {
      Line line = state.find(target);
      if ((line == null ? 0 : line.length()) + (long) more > state.limits().length(target)) {
        throw Limits.full(target);
      }
    }
  }

  private List<Entry> create(
      List<? extends Source> targets, List<Message> messages, Posting posting, List<Long> ids) {
    List<Entry> entries = new ArrayList<>();
    for (Message message : messages) {
      long id = state.next();
      ids.add(id);
      for (Source target : targets) {
        Entry entry = state.create(id, target, message, posting.delay());
        if (entry == null) {
          entries.forEach(state::giveBack);
          throw noRoom();
        }
        entries.add(entry);
      }
    }
    return entries;
  }

  /** The message of each entry. */
  private static List<Message> each(List<? extends Source> targets, List<Message> messages) {
    return messages.stream().flatMap(message -> targets.stream().map(_ -> message)).toList();
  }

  private CompletionStage<Remembered> store(
      List<Entry> entries,
      List<Message> messages,
      @Nullable Remembered remembered,
      Remembered sent,
      CompletableFuture<Remembered> stored) {
    var _ =
        state
            .changed(
                state.journal().add(entries, messages, remembered),
                entries.stream().map(entry -> entry.source).distinct().toList(),
                made -> taken(entries, made, sent.key()),
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

  private void taken(List<Entry> entries, boolean made, String key) {
    if (made) {
      entries.forEach(state::arrive);
      return;
    }
    state.idempotency().forget(key);
    for (Entry entry : entries) {
      state.giveBack(entry);
      Line line = state.find(entry.source);
      if (line != null) {
        line.forget(1);
        state.dropIfEmpty(line);
      }
    }
  }

  static ApiException noRoom() {
    return new ApiException.BackendUnavailable("the queues hold all that memory allows", 1);
  }
}
