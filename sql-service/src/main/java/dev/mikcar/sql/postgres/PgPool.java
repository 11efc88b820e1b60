package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.SqlFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of sessions. Who finds all of them taken waits in line, for a bounded time.
 * Sessions are opened when they are needed; one that was lost is not there to be taken.
 */
final class PgPool {
  private final Vertx vertx;
  private final PgConnector connector;
  private final int size;
  private final Duration patience;

  /** The one used last first, so that those not needed stay idle. */
  private final Deque<PgConnection> idle = new ArrayDeque<>();

  private final Deque<Promise<PgConnection>> waiting = new ArrayDeque<>();
  private int open;
  private boolean closed;

  PgPool(Vertx vertx, PgConnector connector, int size, Duration patience) {
    this.vertx = vertx;
    this.connector = connector;
    this.size = size;
    this.patience = patience;
  }

  /** A session for one user, to be given back by {@link #release}. */
  Future<PgConnection> acquire() {
    Promise<PgConnection> promise;
    synchronized (this) {
      if (closed) {
        return Future.failedFuture(closing());
      }
      PgConnection free = takeIdle();
      if (free != null) {
        return Future.succeededFuture(free);
      }
      if (open < size) {
        open++;
        return connect();
      }
      promise = Promise.promise();
      waiting.add(promise);
    }
    long timer = vertx.setTimer(patience.toMillis(), _ -> giveUp(promise));
    return promise.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  /** One on the thread of the asker before others: no other thread has to be woken for it then. */
  private @Nullable PgConnection takeIdle() {
    idle.removeIf(connection -> !connection.isOpen());
    for (PgConnection connection : idle) {
      if (connection.isOnThisThread()) {
        idle.remove(connection);
        return connection;
      }
    }
    return idle.pollFirst();
  }

  private void giveUp(Promise<PgConnection> promise) {
    synchronized (this) {
      if (!waiting.remove(promise)) {
        return;
      }
    }
    promise.fail(
        new ApiException.BackendUnavailable(
            "all " + size + " connections to the database are busy", 1));
  }

  private Future<PgConnection> connect() {
    return connector
        .connect()
        .onSuccess(connection -> connection.onClose(() -> dropped(connection)))
        .onFailure(_ -> lost());
  }

  private void dropped(PgConnection connection) {
    synchronized (this) {
      idle.remove(connection);
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

  /** Whether every session is in use, which they are only while the server is there. */
  synchronized boolean isExhausted() {
    return open == size && idle.isEmpty() && !waiting.isEmpty();
  }

  /** Gives a session back; the next user does not find what this one has changed in it. */
  void release(PgConnection connection) {
    if (!connection.isOpen()) {
      return;
    }
    if (connection.isChanged() && !connection.isInTransaction()) {
      connection.reset().onSuccess(_ -> handOn(connection)).onFailure(_ -> connection.close());
    } else {
      handOn(connection);
    }
  }

  private void handOn(PgConnection connection) {
    Promise<PgConnection> next;
    synchronized (this) {
      if (closed || connection.isChanged() || connection.isInTransaction()) {
        next = null;
      } else {
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
    Deque<PgConnection> ending;
    Deque<Promise<PgConnection>> hopeless;
    synchronized (this) {
      closed = true;
      ending = new ArrayDeque<>(idle);
      idle.clear();
      hopeless = new ArrayDeque<>(waiting);
      waiting.clear();
    }
    ending.forEach(PgConnection::close);
    hopeless.forEach(promise -> promise.fail(closing()));
    connector.close();
  }

  private static Throwable closing() {
    return SqlFailure.of("57P01", "the process is ending").toApi();
  }
}
