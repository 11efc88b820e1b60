package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Chunk;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.RowSource;
import dev.mikcar.sql.database.Session;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.SqlText;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import dev.mikcar.sql.postgres.Freshness.Outdated;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** PostgreSQL. */
public final class PostgresDatabase implements SqlDatabase {
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
   * @param idle how long a connection that nobody uses stays open
   * @param lifetime how long any connection does
   */
  public static PostgresDatabase at(
      Vertx vertx, String url, int size, Duration patience, Duration idle, Duration lifetime) {
    PgSettings settings = PgUrl.parse(url);
    Learned learned =
        Learned.nothing(settings.startup().getOrDefault("application_name", "mikcar"));
    PgConnector connector = new PgConnector(vertx, settings, learned);
    PgPool.Limits limits = new PgPool.Limits(size, patience, idle, lifetime);
    return new PostgresDatabase(vertx, connector, new PgPool(vertx, connector, limits));
  }

  @Override
  public Uni<Result> run(Statement statement, Options options) {
    SqlText.checkedKind(statement.sql());
    return uni(
        options,
        session ->
            options.needsTransaction()
                ? session.inTransaction(s -> s.runNow(statement))
                : session.runAlone(statement));
  }

  @Override
  public Multi<Chunk> stream(Statement statement, Options options) {
    SqlText.checkedKind(statement.sql());
    return RowSource.stream(() -> new PgStream(() -> use(options), statement, options));
  }

  @Override
  public <T> Uni<T> transaction(Options options, Function<Session, Uni<T>> work) {
    return uni(options, session -> session.inTransaction(s -> PgSession.future(work.apply(s))));
  }

  /**
   * Does work once, and all of it again when it failed for the age of a prepared statement: nothing
   * has happened. Who asked may be gone before it is done: then it is cancelled.
   */
  private <T> Uni<T> uni(Options options, Function<PgSession, Future<T>> work) {
    return Uni.createFrom()
        .<T>emitter(
            emitter -> {
              AtomicReference<PgUse> running = new AtomicReference<>(use(options));
              emitter.onTermination(() -> running.get().cancel());
              once(running.get(), options, false, work)
                  .recover(
                      e -> {
                        if (!(e instanceof Outdated)) {
                          return Future.failedFuture(e);
                        }
                        running.set(use(options));
                        return once(running.get(), options, true, work);
                      })
                  .onSuccess(emitter::complete)
                  .onFailure(emitter::fail);
            })
        .onFailure()
        .transform(PostgresDatabase::translate);
  }

  private static <T> Future<T> once(
      PgUse use, Options options, boolean again, Function<PgSession, Future<T>> work) {
    return use.begin()
        .compose(_ -> work.apply(new PgSession(use, options, again)))
        .eventually(use::end);
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
    Options options = Options.internal(PING);
    Uni<Void> busy = Uni.createFrom().completionStage(() -> answers().toCompletionStage());
    return pool.isFull()
        ? busy
        : uni(options, PgSession::ping).onFailure(_ -> pool.isFull()).recoverWithUni(busy);
  }

  /**
   * Whether the server is there, while all sessions are in use: busy is not down. Where none of
   * them was answered lately, another one is opened for the question.
   */
  private Future<Void> answers() {
    return pool.isHeard(PING)
        ? Future.succeededFuture()
        : connector
            .connect()
            .onSuccess(PgConnection::close)
            .<Void>mapEmpty()
            .recover(
                e ->
                    e instanceof PgException refused && refused.failure().sqlstate().equals("53300")
                        ? Future.succeededFuture()
                        : Future.failedFuture(translate(e)));
  }

  @Override
  public void close() {
    pool.close();
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
