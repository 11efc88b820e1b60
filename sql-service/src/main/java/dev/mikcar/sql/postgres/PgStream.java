package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.RowStream;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.postgres.Freshness.Outdated;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A portal that is read a chunk at a time: the server makes rows only as they are asked for. */
final class PgStream {
  /** Rows of a chunk. */
  private static final int CHUNK = 500;

  private final PgUse use;
  private final PgConnection connection;
  private final Prepared prepared;
  private @Nullable Reply unfinished;
  private boolean done;

  private PgStream(PgUse use, Prepared prepared) {
    this.use = use;
    this.connection = use.connection();
    this.prepared = prepared;
  }

  /**
   * Opens a stream.
   *
   * @param again whether it was tried before, and failed for the age of what was prepared
   */
  static Future<RowStream> open(PgUse use, Statement statement, Options options, boolean again) {
    String sql = statement.sql();
    return use.begin()
        .compose(
            connection -> {
              boolean known = !again && connection.statements().isReady(sql);
              // A pooler leaves us the session of the server for as long as a transaction is open.
              return (options.needsTransaction() || connection.isShared()
                      ? connection.simple(PgSession.begin(connection, options)).<Void>mapEmpty()
                      : Future.<Void>succeededFuture())
                  .compose(_ -> connection.statements().prepare(sql, again))
                  .compose(prepared -> start(use, prepared, statement, options))
                  .recover(
                      e ->
                          Future.failedFuture(
                              known
                                      && !(e instanceof Outdated)
                                      && connection.learned().freshness().explains(sql, e)
                                  ? new Outdated(e)
                                  : e));
            })
        .onFailure(_ -> use.discard());
  }

  private static Future<RowStream> start(
      PgUse use, Prepared prepared, Statement statement, Options options) {
    if (options.distinctNames()) {
      Column.requireDistinct(prepared.columns());
    }
    PgStream stream = new PgStream(use, prepared);
    if (!stream.connection.learned().harmless().isKnown(prepared.sql())) {
      stream.connection.soil(PgConnection.Soil.BY_ANYTHING);
    }
    Frontend flight = new Frontend();
    prepared.makeReady(flight);
    prepared.bind(flight, PgParams.encode(statement.params(), prepared.parameters()));
    return stream.fetch(flight).map(stream::from);
  }

  private RowStream from(List<List<Cell>> chunk) {
    Multi<List<List<Cell>>> rest =
        Multi.createBy()
            .repeating()
            .uni(() -> Uni.createFrom().completionStage(this::next))
            .until(List::isEmpty);
    Multi<List<List<Cell>>> chunks =
        Multi.createBy()
            .concatenating()
            .streams(Multi.createFrom().item(chunk), rest)
            .onFailure()
            .transform(PostgresDatabase::translate)
            .onTermination()
            .invoke(this::end);
    return new RowStream(prepared.columns(), chunks);
  }

  private CompletionStage<List<List<Cell>>> next() {
    Reply before = unfinished;
    Future<List<List<Cell>>> next;
    if (before != null) {
      next = connection.more(before).compose(this::taken);
    } else {
      next = done ? Future.succeededFuture(List.of()) : fetch(new Frontend());
    }
    return next.toCompletionStage();
  }

  private Future<List<List<Cell>>> fetch(Frontend flight) {
    flight.execute(CHUNK).flush();
    return connection.sendOpen(flight, prepared).compose(this::taken);
  }

  /** Rows that have come, of a chunk or of a part of it. */
  private Future<List<List<Cell>>> taken(Reply reply) {
    if (reply.differs()) {
      connection.learned().freshness().outdateAll();
      return Future.failedFuture(
          new Outdated(
              new PgException(
                  SqlFailure.of("0A000", "the columns of the statement have changed"))));
    }
    List<List<Cell>> rows = connection.take(reply);
    if (!reply.isWhole()) {
      unfinished = reply;
      return Future.succeededFuture(rows);
    }
    unfinished = null;
    if (reply.isSuspended()) {
      // What was split before may have left nothing for the end, and an empty chunk is the end.
      return rows.isEmpty() ? fetch(new Frontend()) : Future.succeededFuture(rows);
    }
    done = true;
    if (prepared.altersTables()) {
      connection.learned().freshness().outdateAll();
    }
    // Commits what the statement may have changed.
    return connection
        .send(new Frontend().sync(), null)
        .compose(
            _ ->
                connection.isInTransaction()
                    ? PgSession.commit(connection)
                    : Future.succeededFuture())
        .map(_ -> rows);
  }

  private void end() {
    if (done) {
      var _ = use.end();
    } else {
      // Left in the middle: the statement may be running, and its portal is open.
      use.cancel();
      use.discard();
    }
  }
}
