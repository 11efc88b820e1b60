package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Session;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.SqlText;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.postgres.Freshness.Outdated;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Statements on one session, in a transaction or each for itself. */
final class PgSession implements Session {
  private final PgConnection connection;
  private final Options options;
  private volatile @Nullable Throwable failed;
  private volatile boolean altered;

  PgSession(PgUse use, Options options) {
    this.connection = use.connection();
    this.options = options;
  }

  /** {@code BEGIN} as the options want it. */
  static String begin(Options options) {
    StringBuilder sql = new StringBuilder("BEGIN");
    if (options.isolation() != null) {
      sql.append(" ISOLATION LEVEL ").append(options.isolation().sql());
    }
    if (options.readOnly()) {
      sql.append(" READ ONLY");
    }
    return sql.toString();
  }

  /** Commits when the work ends well and no statement failed; rolls back otherwise. */
  <T> Future<T> inTransaction(Function<PgSession, Future<T>> work) {
    return connection
        .simple(begin(options))
        .compose(_ -> work.apply(this))
        .compose(
            result -> {
              Throwable cause = failed;
              return cause == null ? Future.succeededFuture(result) : Future.failedFuture(cause);
            })
        .compose(this::commit)
        .onSuccess(_ -> noteAltered())
        .recover(
            failure -> {
              // What the work makes of a failure says less than the failure.
              Throwable cause = failed instanceof Outdated ? failed : failure;
              return rollback().transform(_ -> Future.failedFuture(cause));
            });
  }

  private <T> Future<T> commit(T result) {
    return connection
        .simple("COMMIT")
        .compose(
            reply ->
                reply.tags().getLast().equals("COMMIT")
                    ? Future.succeededFuture(result)
                    : Future.failedFuture(
                        new PgException(
                            SqlFailure.of("40000", "the transaction was rolled back"))));
  }

  private Future<Void> rollback() {
    return connection.isOpen() && connection.isInTransaction()
        ? connection.simple("ROLLBACK").mapEmpty()
        : Future.succeededFuture();
  }

  Future<Void> ping() {
    return connection.simple("SELECT 1").mapEmpty();
  }

  @Override
  public Uni<Result> run(Statement statement) {
    return uni(
        () -> {
          SqlText.checkedKind(statement.sql());
          return runNow(statement);
        });
  }

  Future<Result> runNow(Statement statement) {
    boolean known = connection.isPrepared(statement.sql());
    return connection
        .prepare(statement.sql())
        .compose(
            prepared -> {
              if (options.distinctNames()) {
                Column.requireDistinct(prepared.columns());
              }
              Frontend flight = new Frontend();
              flight.bind(
                  prepared.name(), PgParams.encode(statement.params(), prepared.parameters()));
              // One more than allowed, to see whether there are more.
              flight.execute(options.maxRows() + 1).sync();
              return connection
                  .send(flight, prepared)
                  .map(reply -> result(prepared, reply, PgConnection.rows(reply), 0));
            })
        .recover(e -> fail(known, statement.sql(), e));
  }

  private <T> Future<T> fail(boolean known, String sql, Throwable cause) {
    failed = known && connection.freshness().explains(sql, cause) ? new Outdated(cause) : cause;
    return Future.failedFuture(failed);
  }

  /**
   * Others prepare again what they have, and so does this session: now, and once it is committed.
   */
  private void noteAltered() {
    if (altered) {
      connection.freshness().outdateAll();
    }
  }

  private Result result(Prepared prepared, Reply reply, List<List<Cell>> rows, int tag) {
    if (reply.isTooLarge()) {
      throw SqlFailure.tooLarge((Reply.MOST_BYTES >> 20) + " MiB");
    }
    if (rows.size() > options.maxRows()) {
      throw SqlFailure.tooLarge(options.maxRows() + " rows");
    }
    if (prepared.altersTables()) {
      altered = true;
      noteAltered();
    }
    long affected = reply.tags().isEmpty() ? 0 : PgConnection.affected(reply.tags().get(tag));
    return new Result(prepared.columns(), rows, affected);
  }

  /** What repeats a statement goes in one flight, after one preparation. */
  @Override
  public Uni<List<Result>> runAll(List<Statement> statements) {
    return uni(() -> runFrom(statements, 0, new ArrayList<>()));
  }

  private Future<List<Result>> runFrom(List<Statement> statements, int from, List<Result> done) {
    if (from == statements.size()) {
      return Future.succeededFuture(done);
    }
    String sql = statements.get(from).sql();
    SqlText.checkedKind(sql);
    boolean known = connection.isPrepared(sql);
    int to = from;
    while (to < statements.size() && statements.get(to).sql().equals(sql)) {
      to++;
    }
    List<Statement> same = statements.subList(from, to);
    int next = to;
    return connection
        .prepare(sql)
        .compose(prepared -> flight(prepared, same))
        .recover(e -> fail(known, sql, e))
        .compose(
            results -> {
              done.addAll(results);
              return runFrom(statements, next, done);
            });
  }

  private Future<List<Result>> flight(Prepared prepared, List<Statement> same) {
    Frontend flight = new Frontend();
    for (Statement statement : same) {
      flight.bind(prepared.name(), PgParams.encode(statement.params(), prepared.parameters()));
      flight.execute(0);
    }
    return connection
        .send(flight.sync(), prepared)
        .map(
            reply -> {
              List<Result> results = new ArrayList<>();
              for (int i = 0; i < same.size(); i++) {
                results.add(result(prepared, reply, reply.results().get(i), i));
              }
              return results;
            });
  }

  private <T> Uni<T> uni(Supplier<Future<T>> work) {
    return Uni.createFrom()
        .completionStage(
            () -> {
              try {
                return work.get().toCompletionStage();
              } catch (RuntimeException e) {
                failed = e;
                throw e;
              }
            })
        .onFailure()
        .transform(PostgresDatabase::translate);
  }

  /** The outcome of work that may run on another thread. */
  static <T> Future<T> future(Uni<T> work) {
    return Future.fromCompletionStage(work.subscribeAsCompletionStage());
  }
}
