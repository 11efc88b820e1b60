package dev.mikcar.queue.http;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How much each stream has on loan: no more is sent to a consumer than it may have at a time, so
 * that nothing grows old in its buffers while others could do it.
 */
@Singleton
public class Windows {
  private final Map<String, Window> byLease = new ConcurrentHashMap<>();

  Windows() {}

  /** A window of a stream that may have so many messages at a time. */
  Window open(int most) {
    return new Window(most);
  }

  /** A lease was ended by its consumer. */
  void settled(String lease) {
    Window window = byLease.remove(lease);
    if (window != null) {
      window.settled(lease);
    }
  }

  /** A lease was prolonged. */
  void extended(String lease, Duration time) {
    Window window = byLease.get(lease);
    if (window != null) {
      window.extended(lease, time);
    }
  }

  /** What one stream has on loan. */
  final class Window implements AutoCloseable {
    private final int most;

    /** When each lease ends, by {@link System#nanoTime()}. */
    private final Map<String, Long> leases = new HashMap<>();

    private @Nullable CompletableFuture<Boolean> room;

    private Window(int most) {
      this.most = most;
    }

    /** How many more there may be; 0 when none may. */
    synchronized int room() {
      long now = System.nanoTime();
      leases
          .entrySet()
          .removeIf(
              lease -> {
                boolean over = lease.getValue() - now <= 0;
                if (over) {
                  byLease.remove(lease.getKey(), this);
                }
                return over;
              });
      return most - leases.size();
    }

    /** Completes when there may be room, at the latest after this time; with whether there is. */
    Uni<Boolean> awaitRoom(Duration limit) {
      CompletableFuture<Boolean> next;
      long nanos = limit.toNanos();
      synchronized (this) {
        long now = System.nanoTime();
        for (long end : leases.values()) {
          nanos = Math.min(nanos, Math.max(end - now, 1_000_000));
        }
        next = room() > 0 ? CompletableFuture.completedFuture(true) : new CompletableFuture<>();
        room = next;
      }
      return Uni.createFrom()
          .completionStage(next)
          .ifNoItem()
          .after(Duration.ofNanos(nanos))
          .recoverWithItem(false);
    }

    /** These are on their way. */
    void lent(List<String> given, Duration time) {
      synchronized (this) {
        given.forEach(lease -> leases.put(lease, System.nanoTime() + time.toNanos()));
      }
      given.forEach(lease -> byLease.put(lease, this));
    }

    private void settled(String lease) {
      CompletableFuture<Boolean> waiting;
      synchronized (this) {
        leases.remove(lease);
        waiting = room;
        room = null;
      }
      if (waiting != null) {
        waiting.complete(true);
      }
    }

    private synchronized void extended(String lease, Duration time) {
      leases.computeIfPresent(lease, (_, _) -> System.nanoTime() + time.toNanos());
    }

    @Override
    public synchronized void close() {
      leases.keySet().forEach(lease -> byLease.remove(lease, this));
      leases.clear();
    }
  }
}
