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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Statements on one session, in a transaction or each for itself. */
final class PgSession implements Session {
  private final PgConnection connection;
  private final Options options;

  /** Whether all was tried before, and failed for the age of what was prepared. */
  private final boolean again;

  private final Set<String> renewed = new HashSet<>();
  private volatile @Nullable Throwable failed;
  private volatile boolean altered;

  PgSession(PgUse use, Options options, boolean again) {
    this.connection = use.connection();
    this.options = options;
    this.again = again;
  }

  /** {@code BEGIN} as the options want it, and what a pooled session has to be told. */
  static String begin(PgConnection connection, Options options) {
    StringBuilder sql = new StringBuilder("BEGIN");
    if (options.isolation() != null) {
      sql.append(" ISOLATION LEVEL ").append(options.isolation().sql());
    }
    if (options.readOnly()) {
      sql.append(" READ ONLY");
    }
    return connection.isShared() ? sql.append(PgFormats.OF_TRANSACTION).toString() : sql.toString();
  }

  /** Commits. Behind a pooler, what was left in the session goes before others get it. */
  static Future<Void> commit(PgConnection connection) {
    String reset = connection.reset().inTransaction();
    return connection
        .simple(reset.isEmpty() ? "COMMIT" : reset + "; COMMIT")
        .compose(
            reply ->
                reply.tags().getLast().equals("COMMIT")
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new PgException(
                            SqlFailure.of("40000", "the transaction was rolled back"))));
  }

  private Future<Void> rollback() {
    if (!connection.isOpen() || !connection.isInTransaction()) {
      return Future.succeededFuture();
    }
    String reset = connection.reset().inTransaction();
    return connection.simple(reset.isEmpty() ? "ROLLBACK" : "ROLLBACK; " + reset).mapEmpty();
  }

  /** Commits when the work ends well and no statement failed; rolls back otherwise. */
  <T> Future<T> inTransaction(Function<PgSession, Future<T>> work) {
    return connection
        .simple(begin(connection, options))
        .compose(_ -> work.apply(this))
        .compose(
            result -> {
              Throwable cause = failed;
              return cause == null ? Future.succeededFuture(result) : Future.failedFuture(cause);
            })
        .compose(result -> commit(connection).map(_ -> result))
        .onSuccess(_ -> noteAltered())
        .recover(
            failure -> {
              // What the work makes of a failure says less than the failure.
              Throwable cause = failed instanceof Outdated ? failed : failure;
              return rollback().transform(_ -> Future.failedFuture(cause));
            });
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

  /**
   * Runs a statement by itself. One that gives rows, and is not known to leave nothing behind, gets
   * a transaction, to be undone when it gives too many.
   */
  Future<Result> runAlone(Statement statement) {
    String sql = statement.sql();
    boolean known = isReady(sql);
    return prepare(sql)
        .compose(
            prepared ->
                connection
                    .learned()
                    .harmless()
                    .judge(connection, prepared)
                    .compose(
                        harmless -> {
                          if (harmless) {
                            return fly(prepared, statement, connection.isShared());
                          }
                          noteHarm(sql);
                          return prepared.columns().isEmpty() && !connection.isShared()
                              ? fly(prepared, statement, false)
                              : inTransaction(_ -> fly(prepared, statement, false))
                                  .recover(e -> outside(prepared, statement, e));
                        }))
        .recover(e -> fail(known, sql, e));
  }

  /** Some, such as {@code VACUUM}, the server takes outside of transactions only. */
  private Future<Result> outside(Prepared prepared, Statement statement, Throwable failure) {
    return failure instanceof PgException e && e.failure().sqlstate().equals("25001")
        ? fly(prepared, statement, false)
        : Future.failedFuture(failure);
  }

  Future<Result> runNow(Statement statement) {
    boolean known = isReady(statement.sql());
    return prepare(statement.sql())
        .compose(
            prepared -> {
              noteUnlessHarmless(statement.sql());
              return fly(prepared, statement, false);
            })
        .recover(e -> fail(known, statement.sql(), e));
  }

  private void noteUnlessHarmless(String sql) {
    if (!connection.learned().harmless().isKnown(sql)) {
      noteHarm(sql);
    }
  }

  private void noteHarm(String sql) {
    connection.reset().need();
    if (SqlText.words(sql).kind().equals("DISCARD")) {
      connection.statements().forget();
    }
  }

  private boolean isReady(String sql) {
    return !again && connection.statements().isReady(sql);
  }

  private Future<Prepared> prepare(String sql) {
    return connection.statements().prepare(sql, again && renewed.add(sql));
  }

  private Future<Result> fly(Prepared prepared, Statement statement, boolean withFormats) {
    if (options.distinctNames()) {
      Column.requireDistinct(prepared.columns());
    }
    Frontend flight = new Frontend();
    if (withFormats) {
      PgFormats.begin(flight);
    }
    prepared.makeReady(flight);
    prepared.bind(flight, PgParams.encode(statement.params(), prepared.parameters()));
    // One more than allowed, to see whether there are more.
    flight.execute(options.maxRows() + 1).sync();
    return connection
        .send(flight, prepared)
        .map(reply -> result(prepared, reply, PgConnection.rows(reply), reply.tags().size() - 1));
  }

  private <T> Future<T> fail(boolean known, String sql, Throwable cause) {
    failed =
        known
                && !(cause instanceof Outdated)
                && connection.learned().freshness().explains(sql, cause)
            ? new Outdated(cause)
            : cause;
    return Future.failedFuture(failed);
  }

  /**
   * Others prepare again what they have, and so does this session: now, and once it is committed.
   */
  private void noteAltered() {
    if (altered) {
      connection.learned().freshness().outdateAll();
    }
  }

  private Result result(Prepared prepared, Reply reply, List<List<Cell>> rows, int tag) {
    if (reply.differs()) {
      // Of a pooled session only, where nothing of it is committed yet.
      connection.learned().freshness().outdateAll();
      throw new Outdated(
          new PgException(SqlFailure.of("0A000", "the columns of the statement have changed")));
    }
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
    long affected =
        tag < 0 || reply.tags().isEmpty() ? 0 : PgConnection.affected(reply.tags().get(tag));
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
    boolean known = isReady(sql);
    int to = from;
    while (to < statements.size() && statements.get(to).sql().equals(sql)) {
      to++;
    }
    List<Statement> same = statements.subList(from, to);
    int next = to;
    return prepare(sql)
        .compose(
            prepared -> {
              noteUnlessHarmless(sql);
              return flight(prepared, same);
            })
        .recover(e -> fail(known, sql, e))
        .compose(
            results -> {
              done.addAll(results);
              return runFrom(statements, next, done);
            });
  }

  private Future<List<Result>> flight(Prepared prepared, List<Statement> same) {
    Frontend flight = new Frontend();
    prepared.makeReady(flight);
    for (Statement statement : same) {
      prepared.bind(flight, PgParams.encode(statement.params(), prepared.parameters()));
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
