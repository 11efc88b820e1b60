package dev.mikcar.sql;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.TraceId;
import dev.mikcar.sql.database.Chunk;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Options.Caller;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Session;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.SqlText;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line to the log for each statement: what kind, which table, how long, how many rows, for
 * whom, and how it ended. Never a parameter, and never the statement, which may hold values too.
 */
final class AuditedDatabase implements SqlDatabase {
  private static final Logger LOG = Logger.getLogger("dev.mikcar.sql.audit");

  /** Statements that an operator wants to see. */
  private static final Set<String> GRAVE = Set.of("DROP", "TRUNCATE", "ALTER", "GRANT", "REVOKE");

  private static final String TRACE_ID = TraceId.LOG_FIELD;

  /** The outcome of what its caller did not wait for. */
  private static final String CANCELLED = "CANCELLED";

  private final SqlDatabase database;

  AuditedDatabase(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public Uni<Result> run(Statement statement, Options options) {
    return audited(statement, options.caller(), database.run(statement, options));
  }

  @Override
  public Multi<Chunk> stream(Statement statement, Options options) {
    Multi<Chunk> chunks = database.stream(statement, options);
    return Multi.createFrom()
        .deferred(
            () -> {
              Line line = new Line(statement, options.caller());
              AtomicLong rows = new AtomicLong();
              return chunks
                  .invoke(chunk -> rows.addAndGet(chunk.rows().size()))
                  .onTermination()
                  .invoke(
                      (failure, cancelled) ->
                          line.write(rows.get(), cancelled ? CANCELLED : outcome(failure)));
            });
  }

  @Override
  public <T> Uni<T> transaction(Options options, Function<Session, Uni<T>> work) {
    return database.transaction(
        options, session -> work.apply(new AuditedSession(session, options.caller())));
  }

  @Override
  public Uni<Table> table(String name) {
    return database.table(name);
  }

  @Override
  public Uni<Void> ping() {
    return database.ping();
  }

  @Override
  public void close() {
    database.close();
  }

  private static Uni<Result> audited(Statement statement, Caller caller, Uni<Result> run) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Line line = new Line(statement, caller);
              return run.onTermination()
                  .invoke(
                      (result, failure, cancelled) ->
                          line.write(
                              result == null
                                  ? 0
                                  : Math.max(result.affected(), result.rows().size()),
                              cancelled ? CANCELLED : outcome(failure)));
            });
  }

  private static String outcome(@Nullable Throwable failure) {
    return switch (failure) {
      case null -> "OK";
      case ApiException e -> e.code();
      default -> "INTERNAL_ERROR";
    };
  }

  /** A statement that is running. */
  private static final class Line {
    private final SqlText.Words words;
    private final Caller caller;
    private final long start = System.nanoTime();

    Line(Statement statement, Caller caller) {
      this.words = SqlText.words(statement.sql());
      this.caller = caller;
    }

    void write(long rows, String outcome) {
      Logger.Level level = GRAVE.contains(words.kind()) ? Logger.Level.WARN : Logger.Level.INFO;
      if (!LOG.isEnabled(level)) {
        return;
      }
      // This may run on a thread of the database, which knows nothing of the request.
      Object before = MDC.put(TRACE_ID, caller.traceId());
      LOG.logf(
          level,
          "sql kind=%s table=%s duration_us=%d rows=%d caller=%s outcome=%s",
          words.kind(),
          words.table(),
          TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start),
          rows,
          caller.address(),
          outcome);
      if (before == null) {
        MDC.remove(TRACE_ID);
      } else {
        MDC.put(TRACE_ID, before);
      }
    }
  }

  /** The statements of a transaction. */
  private record AuditedSession(Session session, Caller caller) implements Session {
    @Override
    public Uni<Result> run(Statement statement) {
      return audited(statement, caller, session.run(statement));
    }

    @Override
    public Uni<List<Result>> runAll(List<Statement> statements) {
      return Uni.createFrom()
          .deferred(
              () -> {
                List<Line> lines = statements.stream().map(s -> new Line(s, caller)).toList();
                return session
                    .runAll(statements)
                    .onTermination()
                    .invoke(
                        (results, failure, cancelled) -> {
                          for (int i = 0; i < lines.size(); i++) {
                            lines
                                .get(i)
                                .write(
                                    results == null ? 0 : results.get(i).affected(),
                                    cancelled ? CANCELLED : outcome(failure));
                          }
                        });
              });
    }
  }
}
