package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.SqlFailure;
import io.smallrye.mutiny.Uni;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** A bounded number of connections; who finds all of them taken waits in line, for a while. */
final class Slots {
  private static final Logger LOG = Logger.getLogger(Slots.class);

  private final int size;
  private final Duration patience;
  private final Callable<Slot> opener;
  private final List<Slot> all = new ArrayList<>();
  private final Deque<Slot> idle = new ArrayDeque<>();
  private final Deque<CompletableFuture<Slot>> waiting = new ArrayDeque<>();
  private int open;
  private boolean closed;

  Slots(int size, Duration patience, Callable<Slot> opener) {
    this.size = size;
    this.patience = patience;
    this.opener = opener;
  }

  /** A connection for one user, to be given back by {@link #release}. */
  Uni<Slot> acquire(Optional<Duration> timeout) {
    return Uni.createFrom().completionStage(() -> take(timeout));
  }

  private CompletableFuture<Slot> take(Optional<Duration> timeout) {
    CompletableFuture<Slot> promise = new CompletableFuture<>();
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(
            SqlFailure.of("57P01", "the process is ending").toApi());
      }
      Slot slot = idle.poll();
      if (slot != null) {
        return CompletableFuture.completedFuture(slot);
      }
      if (open == size) {
        waiting.add(promise);
      } else {
        open++;
        Thread.ofPlatform().daemon().name("sqlite-open").start(() -> openInto(promise));
        return promise;
      }
    }
    boolean ownTime = timeout.isPresent() && timeout.get().compareTo(patience) < 0;
    long millis = (ownTime ? timeout.orElse(patience) : patience).toMillis();
    return promise
        .orTimeout(millis, TimeUnit.MILLISECONDS)
        .exceptionallyCompose(e -> CompletableFuture.failedFuture(giveUp(ownTime, e)));
  }

  /** Whether every connection is in use. */
  synchronized boolean isExhausted() {
    return all.size() == size && idle.isEmpty();
  }

  private Throwable giveUp(boolean ownTime, Throwable cause) {
    if (!(cause instanceof TimeoutException)) {
      return cause;
    }
    synchronized (this) {
      waiting.removeIf(CompletableFuture::isDone);
    }
    return ownTime
        ? new ApiException.BackendTimeout("no connection to the database in time")
        : new ApiException.BackendUnavailable(
            "all " + size + " connections to the database are busy", 1);
  }

  private void openInto(CompletableFuture<Slot> promise) {
    try {
      Slot slot = opener.call();
      synchronized (this) {
        all.add(slot);
      }
      promise.complete(slot);
    } catch (Exception e) {
      LOG.errorf("Cannot open the SQLite database: %s", e.getMessage());
      CompletableFuture<Slot> next;
      synchronized (this) {
        open--;
        next = waiting.poll();
        if (next != null) {
          open++;
        }
      }
      promise.completeExceptionally(
          e instanceof SQLException
              ? new ApiException.BackendUnavailable("the database cannot be opened", 1)
              : new ApiException.BackendUnavailable("the folder of the database is not there", 1));
      if (next != null) {
        openInto(next);
      }
    }
  }

  void release(Slot slot) {
    CompletableFuture<Slot> next;
    do {
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          idle.addFirst(slot);
          return;
        }
      }
      // One whose time is over does not take it.
    } while (!next.complete(slot));
  }

  void close() {
    List<Slot> ending;
    synchronized (this) {
      closed = true;
      ending = List.copyOf(all);
      all.clear();
      idle.clear();
    }
    ending.forEach(Slot::close);
  }
}
