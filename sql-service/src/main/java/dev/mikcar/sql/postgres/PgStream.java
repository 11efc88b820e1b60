package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Chunk;
import dev.mikcar.sql.database.Column;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.RowSource;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.postgres.Freshness.Outdated;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A portal that is read a chunk at a time: the server makes rows only as they are asked for. */
final class PgStream implements RowSource {
  /** Rows of a chunk. */
  private static final int CHUNK = 500;

  private final Supplier<PgUse> uses;
  private final Statement statement;
  private final Options options;
  private @Nullable PgUse use;
  private @Nullable Open open;
  private @Nullable Reply unfinished;
  private boolean whole;
  private boolean ended;

  PgStream(Supplier<PgUse> uses, Statement statement, Options options) {
    this.uses = uses;
    this.statement = statement;
    this.options = options;
  }

  /** The portal, and where it is. */
  private record Open(PgConnection connection, Prepared prepared) {}

  @Override
  public CompletionStage<Chunk> next() {
    Open portal = open;
    Reply before = unfinished;
    Future<Chunk> next;
    if (portal == null) {
      next =
          open(false)
              .recover(e -> e instanceof Outdated ? open(true) : Future.<Chunk>failedFuture(e));
    } else if (before != null) {
      next = portal.connection().more(before).compose(reply -> taken(portal, reply));
    } else {
      next = fetch(portal, new Frontend());
    }
    return next.recover(e -> Future.failedFuture(PostgresDatabase.translate(e)))
        .toCompletionStage();
  }

  /**
   * Runs the statement.
   *
   * @param again whether it was tried before, and failed for the age of what was prepared
   */
  private Future<Chunk> open(boolean again) {
    PgUse taken = uses.get();
    synchronized (this) {
      if (ended) {
        return Future.failedFuture(new ApiException.BackendUnavailable("nobody reads on", 1));
      }
      use = taken;
    }
    String sql = statement.sql();
    return taken
        .begin()
        .compose(
            connection -> {
              boolean known = !again && connection.statements().isReady(sql);
              // A pooler leaves us the session of the server for as long as a transaction is open.
              return (options.needsTransaction() || connection.isShared()
                      ? connection.simple(PgSession.begin(connection, options)).<Void>mapEmpty()
                      : Future.<Void>succeededFuture())
                  .compose(_ -> connection.statements().prepare(sql, again))
                  .compose(prepared -> start(new Open(connection, prepared)))
                  .recover(
                      e ->
                          Future.failedFuture(
                              known
                                      && !(e instanceof Outdated)
                                      && connection.learned().freshness().explains(sql, e)
                                  ? new Outdated(e)
                                  : e));
            })
        .onFailure(_ -> taken.discard());
  }

  private Future<Chunk> start(Open portal) {
    Prepared prepared = portal.prepared();
    PgConnection connection = portal.connection();
    if (options.distinctNames()) {
      Column.requireDistinct(prepared.columns());
    }
    if (!connection.learned().harmless().isKnown(prepared.sql())) {
      connection.reset().need();
    }
    open = portal;
    Frontend flight = new Frontend();
    prepared.makeReady(flight);
    prepared.bind(flight, PgParams.encode(statement.params(), prepared.parameters()));
    return fetch(portal, flight);
  }

  private Future<Chunk> fetch(Open portal, Frontend flight) {
    flight.execute(CHUNK).flush();
    return portal
        .connection()
        .sendOpen(flight, portal.prepared())
        .compose(reply -> taken(portal, reply));
  }

  /** Rows that have come: of a chunk, or of a part of it. */
  private Future<Chunk> taken(Open portal, Reply reply) {
    PgConnection connection = portal.connection();
    if (reply.differs()) {
      connection.learned().freshness().outdateAll();
      return Future.failedFuture(
          new Outdated(
              new PgException(
                  SqlFailure.of("0A000", "the columns of the statement have changed"))));
    }
    Chunk rows = chunk(portal, connection.take(reply), false);
    if (!reply.isWhole()) {
      unfinished = reply;
      return Future.succeededFuture(rows);
    }
    unfinished = null;
    return reply.isSuspended()
        ? Future.succeededFuture(rows)
        : finish(portal).map(_ -> chunk(portal, rows.rows(), true));
  }

  private static Chunk chunk(Open portal, List<List<Cell>> rows, boolean isLast) {
    return new Chunk(portal.prepared().columns(), rows, isLast);
  }

  /** Commits what the statement may have changed. */
  private Future<Void> finish(Open portal) {
    PgConnection connection = portal.connection();
    if (portal.prepared().altersTables()) {
      connection.learned().freshness().outdateAll();
    }
    return connection
        .send(new Frontend().sync(), null)
        .compose(
            _ ->
                connection.isInTransaction()
                    ? PgSession.commit(connection)
                    : Future.succeededFuture())
        .onSuccess(_ -> noteWhole());
  }

  private synchronized void noteWhole() {
    whole = true;
  }

  @Override
  public void end() {
    PgUse running;
    boolean toItsEnd;
    synchronized (this) {
      ended = true;
      running = use;
      toItsEnd = whole;
    }
    if (running == null) {
      return;
    }
    if (toItsEnd) {
      var _ = running.end();
    } else {
      // Left in the middle: the statement may be running, and its portal is open.
      running.cancel();
      running.discard();
    }
  }
}
