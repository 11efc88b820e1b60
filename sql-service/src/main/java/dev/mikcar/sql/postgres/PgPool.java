package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.SqlFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of sessions. Who finds all of them taken waits in line, for a bounded time.
 * Sessions are opened when they are needed; one that was lost is not there to be taken. A session
 * has its place until it ends, and it ends when its user says so, whatever the server answers.
 */
final class PgPool {
  /** A session that was idle for longer is asked whether it is there before it is used. */
  private static final Duration TRUSTED = Duration.ofSeconds(1);

  /** How long it may take to answer that. */
  private static final Duration ANSWER = Duration.ofSeconds(1);

  private static final Duration SWEEP = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final PgConnector connector;
  private final Limits limits;
  private final long sweep;

  /** The one used last first, so that those not needed stay idle. */
  private final Deque<PgConnection> idle = new ArrayDeque<>();

  private final Set<PgConnection> all = new HashSet<>();
  private final Deque<Promise<PgConnection>> waiting = new ArrayDeque<>();
  private int open;
  private boolean closed;

  /**
   * What the pool keeps to.
   *
   * @param size the most sessions
   * @param patience how long a user waits for one
   * @param idle how long one that nobody uses stays open
   * @param lifetime how long any stays open, but for the use that it is in
   */
  record Limits(int size, Duration patience, Duration idle, Duration lifetime) {}

  PgPool(Vertx vertx, PgConnector connector, Limits limits) {
    this.vertx = vertx;
    this.connector = connector;
    this.limits = limits;
    this.sweep = vertx.setPeriodic(SWEEP.toMillis(), _ -> sweep());
  }

  /** A session for one user, to be given back by {@link #release}, or ended. */
  Future<PgConnection> acquire() {
    PgConnection free;
    Promise<PgConnection> line = Promise.promise();
    synchronized (this) {
      if (closed) {
        return Future.failedFuture(closing());
      }
      free = takeIdle();
      if (free == null && open < limits.size()) {
        open++;
        return connect();
      }
      if (free == null) {
        waiting.add(line);
      }
    }
    if (free != null) {
      return isOlder(free.heard(), TRUSTED) ? tried(free) : Future.succeededFuture(free);
    }
    long timer = vertx.setTimer(limits.patience().toMillis(), _ -> giveUp(line));
    return line.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  /** One on the thread of the asker before others: no other thread has to be woken for it then. */
  private @Nullable PgConnection takeIdle() {
    for (PgConnection connection : idle) {
      if (connection.isOnThisThread()) {
        idle.remove(connection);
        return connection;
      }
    }
    return idle.pollFirst();
  }

  private static boolean isOlder(long nanoTime, Duration age) {
    return System.nanoTime() - nanoTime > age.toNanos();
  }

  /** One that answers; where one does not, those that were silent for as long do not either. */
  private Future<PgConnection> tried(PgConnection connection) {
    long asked = System.nanoTime();
    return connection
        .within(ANSWER, connection.send(new Frontend().sync(), null))
        .map(connection)
        .recover(
            _ -> {
              connection.close();
              suspect(asked);
              return acquire();
            });
  }

  /** Ends idle sessions that were last heard of before that time. */
  void suspect(long before) {
    end(connection -> connection.heard() - before < 0);
  }

  private void sweep() {
    end(
        connection ->
            isOlder(connection.heard(), limits.idle())
                || isOlder(connection.opened(), limits.lifetime()));
  }

  private void end(Predicate<PgConnection> which) {
    List<PgConnection> ending;
    synchronized (this) {
      ending = new ArrayList<>(idle.stream().filter(which).toList());
      idle.removeAll(ending);
    }
    ending.forEach(PgConnection::close);
  }

  private void giveUp(Promise<PgConnection> promise) {
    synchronized (this) {
      if (!waiting.remove(promise)) {
        return;
      }
    }
    promise.fail(
        new ApiException.BackendUnavailable(
            "all " + limits.size() + " connections to the database are busy", 1));
  }

  private Future<PgConnection> connect() {
    return connector.connect().onSuccess(this::opened).onFailure(_ -> lost());
  }

  private void opened(PgConnection connection) {
    synchronized (this) {
      all.add(connection);
    }
    connection.onEnd(() -> ended(connection));
  }

  private void ended(PgConnection connection) {
    synchronized (this) {
      idle.remove(connection);
      all.remove(connection);
    }
    lost();
  }

  /** There is room for another session: whoever waits first gets it. */
  private void lost() {
    Promise<PgConnection> next;
    synchronized (this) {
      open--;
      next = closed ? null : waiting.poll();
      if (next != null) {
        open++;
      }
    }
    if (next != null) {
      connect().onComplete(next);
    }
  }

  /** Whether every session is in use. */
  synchronized boolean isFull() {
    return open >= limits.size() && idle.isEmpty();
  }

  /** Whether the server has answered anybody lately. */
  synchronized boolean isHeard(Duration lately) {
    return all.stream().anyMatch(connection -> !isOlder(connection.heard(), lately));
  }

  /** Gives a session back; the next user does not find what this one has changed in it. */
  void release(PgConnection connection) {
    if (!connection.isOpen()) {
      return;
    }
    if (connection.isInTransaction() || isOlder(connection.opened(), limits.lifetime())) {
      connection.close();
    } else {
      // Whom it fails has ended, and has made room.
      connection.reset().clear().onSuccess(_ -> handOn(connection));
    }
  }

  private void handOn(PgConnection connection) {
    Promise<PgConnection> next = null;
    synchronized (this) {
      if (connection.isOpen() && !closed) {
        next = waiting.poll();
        if (next == null) {
          idle.addFirst(connection);
          return;
        }
      }
    }
    if (next == null) {
      connection.close();
    } else {
      next.complete(connection);
    }
  }

  void close() {
    List<PgConnection> ending;
    List<Promise<PgConnection>> hopeless;
    synchronized (this) {
      closed = true;
      ending = List.copyOf(idle);
      idle.clear();
      hopeless = List.copyOf(waiting);
      waiting.clear();
    }
    vertx.cancelTimer(sweep);
    ending.forEach(PgConnection::close);
    hopeless.forEach(promise -> promise.fail(closing()));
    connector.close();
  }

  private static Throwable closing() {
    return SqlFailure.of("57P01", "the process is ending").toApi();
  }
}
