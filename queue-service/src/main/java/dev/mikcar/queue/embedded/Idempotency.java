package dev.mikcar.queue.embedded;

import dev.mikcar.queue.embedded.Journal.Remembered;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What was sent with idempotency keys lately. Belongs to the lock of {@link EmbeddedQueue}. */
final class Idempotency {
  private static final int COST = 400;

  private final Room room;

  /** In the order in which they may be forgotten. */
  private final Map<String, Use> uses = new LinkedHashMap<>();

  private record Use(Remembered remembered, CompletableFuture<Remembered> stored, long cost) {}

  Idempotency(Room room) {
    this.room = room;
  }

  /** What the key stands for, once that is stored; null when it was not used lately. */
  @Nullable CompletableFuture<Remembered> find(String key, long now) {
    Use use = uses.get(key);
    return use == null || use.remembered().until() <= now ? null : use.stored();
  }

  /** Whether there is room to remember it. */
  boolean begin(Remembered remembered, CompletableFuture<Remembered> stored) {
    long cost = COST + remembered.key().length() + 32L * remembered.ids().size();
    if (!room.tryTake(cost)) {
      return false;
    }
    forget(remembered.key());
    uses.put(remembered.key(), new Use(remembered, stored, cost));
    return true;
  }

  void forget(String key) {
    Use use = uses.remove(key);
    if (use != null) {
      room.give(use.cost());
    }
  }

  void expire(long now) {
    for (Iterator<Use> all = uses.values().iterator(); all.hasNext(); ) {
      Use use = all.next();
      if (use.remembered().until() > now) {
        return;
      }
      all.remove();
      room.give(use.cost());
    }
  }
}
