package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.SqlText;
import io.vertx.core.Future;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which statements change neither data nor their session, by the word of the server: a statement
 * that it would hand to a parallel worker calls nothing, however hidden in views, operators, rules
 * or policies, that is not marked {@code PARALLEL SAFE}; and what changes the state of a session or
 * of the database must not be marked so (<a
 * href="https://www.postgresql.org/docs/current/parallel-safety.html">section 15.4</a>; the
 * server's own are not, and a function of a user is not unless its author says so).
 *
 * <p>The planner is asked under settings by which it puts a whole plan into one worker whenever it
 * may. The plan is of a statement of its own, so that no other is run by it. What it says holds for
 * a while: functions may be replaced meanwhile.
 */
final class Harmless {
  private static final Set<String> ASKED = Set.of("SELECT", "VALUES", "TABLE", "WITH");
  private static final long VALID_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int MOST = 1024;
  private static final int LONGEST = 8192;

  /** The first type that is not of the server itself. */
  private static final int FIRST_OF_USERS = 16_384;

  /** The name of the first setting was changed in release 16. */
  private static final String ASK =
      "BEGIN; SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000"
          + " THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'on', true),"
          + " set_config('plan_cache_mode', 'force_generic_plan', true),"
          + " set_config('max_parallel_workers_per_gather', '1', true),"
          + " set_config('parallel_setup_cost', '1e12', true); PREPARE ";

  private final PgTypes types;
  private final Freshness freshness;
  private final Map<String, Verdict> verdicts = new ConcurrentHashMap<>();

  Harmless(PgTypes types, Freshness freshness) {
    this.types = types;
    this.freshness = freshness;
  }

  private record Verdict(boolean harmless, long born, long at) {}

  /** Whether a statement was found harmless, not long ago. */
  boolean isKnown(String sql) {
    Verdict verdict = current(sql);
    return verdict != null && verdict.harmless();
  }

  private @Nullable Verdict current(String sql) {
    Verdict verdict = verdicts.get(sql);
    return verdict != null
            && freshness.isFresh(sql, verdict.born())
            && System.nanoTime() - verdict.at() < VALID_NANOS
        ? verdict
        : null;
  }

  /** Whether a statement is harmless; asks the server on this session if it is not known. */
  Future<Boolean> judge(PgConnection connection, Prepared statement) {
    String sql = statement.sql();
    Verdict known = current(sql);
    if (known != null) {
      return Future.succeededFuture(known.harmless());
    }
    // Names may mean something else in a session that somebody has changed.
    if (statement.columns().isEmpty()
        || connection.reset().isNeeded()
        || connection.isInTransaction()
        || sql.length() > LONGEST
        || !ASKED.contains(SqlText.words(sql).kind())) {
      return Future.succeededFuture(false);
    }
    long born = freshness.now();
    return (statement.takes(this::isPlain) ? ask(connection, statement) : answer(false))
        .onSuccess(
            harmless -> {
              if (verdicts.size() >= MOST) {
                verdicts.clear();
              }
              verdicts.put(sql, new Verdict(harmless, born, System.nanoTime()));
            });
  }

  /** Parameters of a domain are checked by functions that no plan shows. */
  private boolean isPlain(int oid) {
    return Integer.compareUnsigned(oid, FIRST_OF_USERS) < 0 || types.isEnum(oid);
  }

  private static Future<Boolean> answer(boolean harmless) {
    return Future.succeededFuture(harmless);
  }

  /** One flight; what goes wrong in it is no more than a plan that is not known. */
  private static Future<Boolean> ask(PgConnection connection, Prepared statement) {
    String name = connection.statements().newName();
    int count = statement.parameters().size();
    String nulls = String.join(",", Collections.nCopies(count, "NULL"));
    Future<Reply> asked = connection.simple(ASK + name + " AS " + statement.sql());
    Future<Reply> plan =
        connection.simple(
            "EXPLAIN (COSTS OFF) EXECUTE " + name + (count == 0 ? "" : "(" + nulls + ")"));
    Future<Reply> ended = connection.simple("ROLLBACK; DEALLOCATE " + name);
    return Future.join(asked, plan, ended)
        .transform(
            _ -> {
              if (!connection.isOpen()) {
                return Future.failedFuture(ended.cause());
              }
              return answer(plan.succeeded() && isOfOneWorker(plan.result()));
            });
  }

  /** {@code Gather}, planned for as many workers as are wanted, in a single copy. */
  private static boolean isOfOneWorker(Reply plan) {
    var lines = PgConnection.rows(plan).stream().map(row -> PgTypes.text(row, 0).strip()).toList();
    return lines.size() > 3
        && lines.get(0).equals("Gather")
        && lines.subList(1, 3).contains("Single Copy: true");
  }
}
