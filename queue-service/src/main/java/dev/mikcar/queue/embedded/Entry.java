package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Source;
import org.jspecify.annotations.Nullable;

/** A message in a source. What changes belongs to the lock of {@link EmbeddedQueue}. */
final class Entry {
  /** What an entry costs in memory besides its body and headers, about; bytes. */
  static final int COST = 320;

  enum State {
    /** On its way to disk, or from one source to another: nobody sees it. */
    UNSEEN,
    READY,
    /** Behind another one with its ordering key. */
    BLOCKED,
    DELAYED,
    LEASED
  }

  /** Its place in the order of all entries; never the same for two. */
  final long position;

  /** The number of the message, the same in all sources that it is in. */
  final long id;

  final Source source;
  final long receivedAt;
  final int size;
  final @Nullable String orderingKey;

  /** Where it died; null when it did not. */
  final @Nullable Source origin;

  /** Null when it is on disk only. */
  final @Nullable Message message;

  /** How much of the room for entries, and of that for bodies, it has. */
  final long cost;

  State state = State.UNSEEN;
  int attempts;

  /** When it may be delivered; while it is leased, when the lease ends. Milliseconds. */
  long due;

  /** The secret part of the lease that it is under. */
  long lease;

  Entry(
      long position,
      long id,
      Source source,
      long receivedAt,
      int size,
      @Nullable String orderingKey,
      @Nullable Source origin,
      @Nullable Message message,
      long cost) {
    this.position = position;
    this.id = id;
    this.source = source;
    this.receivedAt = receivedAt;
    this.size = size;
    this.orderingKey = orderingKey;
    this.origin = origin;
    this.message = message;
    this.cost = cost;
  }

  /** The same message in another place, as if it had come there now. */
  Entry moved(long newPosition, Source to, @Nullable Source from) {
    return new Entry(newPosition, id, to, receivedAt, size, orderingKey, from, message, cost);
  }
}
