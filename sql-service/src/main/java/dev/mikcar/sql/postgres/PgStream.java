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

/** A portal that is read a chunk at a time: the server makes rows only as they are asked for. */
final class PgStream {
  /** Rows of a chunk. */
  private static final int CHUNK = 500;

  private final PgUse use;
  private final PgConnection connection;
  private final Prepared prepared;
  private boolean done;

  private PgStream(PgUse use, Prepared prepared) {
    this.use = use;
    this.connection = use.connection();
    this.prepared = prepared;
  }

  static Future<RowStream> open(PgUse use, Statement statement, Options options) {
    return use.begin()
        .compose(
            connection -> {
              boolean known = connection.isPrepared(statement.sql());
              return (options.needsTransaction()
                      ? connection.simple(PgSession.begin(options)).<Void>mapEmpty()
                      : Future.<Void>succeededFuture())
                  .compose(_ -> connection.prepare(statement.sql()))
                  .compose(prepared -> start(use, prepared, statement, options))
                  .recover(
                      e ->
                          Future.failedFuture(
                              known && connection.freshness().explains(statement.sql(), e)
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
    Frontend flight = new Frontend();
    flight.bind(prepared.name(), PgParams.encode(statement.params(), prepared.parameters()));
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
    return (done ? Future.succeededFuture(List.<List<Cell>>of()) : fetch(new Frontend()))
        .toCompletionStage();
  }

  private Future<List<List<Cell>>> fetch(Frontend flight) {
    flight.execute(CHUNK).flush();
    return connection
        .sendOpen(flight, prepared)
        .compose(
            reply -> {
              if (reply.isTooLarge()) {
                return Future.failedFuture(SqlFailure.tooLarge("64 MiB in " + CHUNK + " rows"));
              }
              if (reply.isSuspended()) {
                return Future.succeededFuture(PgConnection.rows(reply));
              }
              done = true;
              if (prepared.altersTables()) {
                connection.freshness().outdateAll();
              }
              // Commits what the statement may have changed.
              return connection
                  .send(new Frontend().sync(), null)
                  .compose(
                      _ ->
                          connection.isInTransaction()
                              ? connection.simple("COMMIT")
                              : Future.succeededFuture(reply))
                  .map(_ -> PgConnection.rows(reply));
            });
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
