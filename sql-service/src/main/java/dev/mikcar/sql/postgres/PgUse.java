package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One use of a session, from the pool and back, within its time. When that is over the server is
 * told to cancel; a session that does not answer even then is given up.
 */
final class PgUse {
  private static final long LAST_RESORT_MILLIS = 2_000;

  private final Vertx vertx;
  private final PgConnector connector;
  private final PgPool pool;
  private final Optional<Duration> timeout;
  private final Promise<PgConnection> start = Promise.promise();
  private @Nullable PgConnection connection;
  private long timer = -1;
  private boolean ended;
  private boolean cancelled;
  private Future<Void> cancelling = Future.succeededFuture();

  PgUse(Vertx vertx, PgConnector connector, PgPool pool, Optional<Duration> timeout) {
    this.vertx = vertx;
    this.connector = connector;
    this.pool = pool;
    this.timeout = timeout;
  }

  /** Takes a session. */
  Future<PgConnection> begin() {
    timeout.ifPresent(
        limit -> timer = vertx.setTimer(Math.max(1, limit.toMillis()), _ -> expire()));
    pool.acquire()
        .onComplete(
            taken -> {
              if (taken.failed()) {
                start.tryFail(taken.cause());
                return;
              }
              boolean late;
              synchronized (this) {
                late = ended;
                if (!late) {
                  connection = taken.result();
                }
              }
              if (late || !start.tryComplete(taken.result())) {
                pool.release(taken.result());
              }
            });
    return start.future();
  }

  PgConnection connection() {
    return Objects.requireNonNull(connection, "the use has begun");
  }

  private void expire() {
    synchronized (this) {
      if (connection == null) {
        ended = true;
        start.tryFail(new ApiException.BackendTimeout("no connection to the database in time"));
        return;
      }
    }
    cancel();
  }

  /** Tells the server to cancel what it does for this use. */
  void cancel() {
    PgConnection victim;
    long asked = System.nanoTime();
    synchronized (this) {
      victim = connection;
      if (ended || cancelled) {
        return;
      }
      cancelled = true;
      if (victim == null) {
        ended = true;
        start.tryFail(new ApiException.BackendTimeout("nobody waits for it any more"));
        return;
      }
      cancelling = connector.cancel(victim);
    }
    vertx.setTimer(
        LAST_RESORT_MILLIS,
        _ -> {
          synchronized (this) {
            if (ended) {
              return;
            }
          }
          victim.fail(new ApiException.BackendTimeout("the database does not answer"));
          // What was silent since then is likely to be as dead.
          pool.suspect(asked);
        });
  }

  /** Ends the use, and the session with it, whose state is not known well enough for another. */
  void discard() {
    PgConnection used;
    synchronized (this) {
      used = connection;
    }
    if (used != null) {
      used.close();
    }
    var _ = end();
  }

  /** Gives the session back, once a cancellation under way can hit nobody else. */
  Future<Void> end() {
    Future<Void> told;
    PgConnection used;
    boolean spent;
    synchronized (this) {
      if (ended) {
        return Future.succeededFuture();
      }
      ended = true;
      used = connection;
      told = cancelling;
      spent = cancelled;
    }
    if (timer >= 0) {
      vertx.cancelTimer(timer);
    }
    if (used != null && spent && used.isShared()) {
      // What a pooler makes of a cancellation may come later than it says.
      used.close();
    } else if (used != null) {
      told.onComplete(_ -> pool.release(used));
    }
    return Future.succeededFuture();
  }
}
