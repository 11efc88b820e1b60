package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Counts;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Reception;
import dev.mikcar.queue.message.Source;
import dev.mikcar.queue.message.StoredMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is asked without changing anything. */
final class Looking {
  private final State state;

  /** An entry as it was seen. */
  record Seen(Entry entry, int attempts) {}

  Looking(State state) {
    this.state = state;
  }

  Counts count(Source source) {
    return state.locked(
        () -> {
          Line line = state.find(source);
          return line == null ? Counts.NONE : line.counts();
        });
  }

  List<Seen> peek(Source source, int max) {
    return state.locked(
        () -> {
          List<Seen> seen = new ArrayList<>();
          Line line = state.find(source);
          long bytes = 0;
          for (Entry entry : line == null ? List.<Entry>of() : line.firstReady(max)) {
            if (bytes < Reception.ENOUGH_BYTES) {
              seen.add(new Seen(entry, entry.attempts));
              bytes += entry.size;
            }
          }
          return seen;
        });
  }

  String messageId(long id) {
    return state.leases().message(id);
  }

  /** A message with what stands on it where it is: that of a dead one says why. */
  StoredMessage stored(Entry entry, Message message, int attempts) {
    return new StoredMessage(
        messageId(entry.id),
        entry.origin == null ? message : dead(message, entry.origin),
        Instant.ofEpochMilli(entry.receivedAt),
        attempts);
  }

  private static Message dead(Message message, Source origin) {
    Map<String, String> headers = new HashMap<>(message.headers());
    headers.put(Message.DEATH_REASON, Message.TOO_MANY_ATTEMPTS);
    if (origin instanceof Source.Group group) {
      headers.put(Message.DEATH_GROUP, group.group().text());
    }
    return new Message(message.body(), headers);
  }
}
