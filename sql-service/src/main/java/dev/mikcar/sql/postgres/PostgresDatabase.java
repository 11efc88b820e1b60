package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.RowStream;
import dev.mikcar.sql.database.Session;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.SqlText;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import dev.mikcar.sql.postgres.Freshness.Outdated;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** PostgreSQL. */
public final class PostgresDatabase implements SqlDatabase {
  /** Statements that change nothing by their nature: they need no way back when they are cut. */
  private static final Set<String> READING = Set.of("SELECT", "VALUES", "TABLE", "SHOW", "EXPLAIN");

  private static final Duration CATALOGUE = Duration.ofSeconds(10);
  private static final Duration PING = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final PgConnector connector;
  private final PgPool pool;

  private PostgresDatabase(Vertx vertx, PgConnector connector, PgPool pool) {
    this.vertx = vertx;
    this.connector = connector;
    this.pool = pool;
  }

  /**
   * The database at a URL; no connection is made yet.
   *
   * @param url what follows {@code postgres://}
   * @param size the most connections at a time
   * @param patience how long a request waits for one of them
   */
  public static PostgresDatabase at(Vertx vertx, String url, int size, Duration patience) {
    PgConnector connector = new PgConnector(vertx, PgUrl.parse(url), new PgTypes());
    return new PostgresDatabase(vertx, connector, new PgPool(vertx, connector, size, patience));
  }

  @Override
  public Uni<Result> run(Statement statement, Options options) {
    String kind = SqlText.checkedKind(statement.sql());
    boolean inTransaction =
        options.needsTransaction()
            || (!READING.contains(kind) && mayGiveRows(kind, statement.sql()));
    return uni(
        () ->
            twice(
                options,
                session ->
                    inTransaction
                        ? session.inTransaction(s -> s.runNow(statement))
                        : session.runNow(statement)));
  }

  /** Such a statement is undone when it gives too many. */
  private static boolean mayGiveRows(String kind, String sql) {
    return kind.equals("WITH")
        || kind.equals("CALL")
        || sql.toUpperCase(Locale.ROOT).contains("RETURNING");
  }

  @Override
  public Uni<RowStream> stream(Statement statement, Options options) {
    SqlText.checkedKind(statement.sql());
    return Uni.createFrom()
        .deferred(
            () -> {
              PgUse first = use(options);
              PgUse second = use(options);
              return RowStream.opened(
                  () ->
                      PgStream.open(first, statement, options)
                          .recover(
                              e ->
                                  e instanceof Outdated
                                      ? PgStream.open(second, statement, options)
                                      : Future.failedFuture(e))
                          .toCompletionStage(),
                  () -> {
                    first.cancel();
                    second.cancel();
                  });
            })
        .onFailure()
        .transform(PostgresDatabase::translate);
  }

  @Override
  public <T> Uni<T> transaction(Options options, Function<Session, Uni<T>> work) {
    return uni(
        () ->
            twice(options, session -> session.inTransaction(s -> PgSession.future(work.apply(s)))));
  }

  /** Does it all again when it failed for the age of a prepared statement: nothing has happened. */
  private <T> Future<T> twice(Options options, Function<PgSession, Future<T>> work) {
    return once(options, work)
        .recover(e -> e instanceof Outdated ? once(options, work) : Future.failedFuture(e));
  }

  private <T> Future<T> once(Options options, Function<PgSession, Future<T>> work) {
    PgUse use = use(options);
    return use.begin().compose(_ -> work.apply(new PgSession(use, options))).eventually(use::end);
  }

  private PgUse use(Options options) {
    return new PgUse(vertx, connector, pool, options.timeout());
  }

  @Override
  public Uni<Table> table(String name) {
    Statement lookUp = PgCatalogue.lookUp(name);
    return run(lookUp, Options.internal(CATALOGUE)).map(result -> PgCatalogue.table(name, result));
  }

  @Override
  public Uni<Void> ping() {
    if (pool.isExhausted()) {
      // Busy is not down: waiting in line with the others would say so.
      return Uni.createFrom().voidItem();
    }
    return uni(() -> once(Options.internal(PING), session -> session.ping()));
  }

  @Override
  public void close() {
    pool.close();
  }

  private static <T> Uni<T> uni(Supplier<Future<T>> work) {
    return Uni.createFrom()
        .completionStage(() -> work.get().toCompletionStage())
        .onFailure()
        .transform(PostgresDatabase::translate);
  }

  static Throwable translate(Throwable failure) {
    return switch (failure) {
      case PgException e -> e.failure().toApi();
      case Outdated e -> translate(Objects.requireNonNull(e.getCause()));
      case ClosedChannelException _ ->
          SqlFailure.of("08006", "the connection to the database was lost").toApi();
      default -> failure;
    };
  }
}
