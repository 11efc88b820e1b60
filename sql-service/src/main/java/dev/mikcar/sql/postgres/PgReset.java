package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What requests may have left in a session, and how that is cleared away. */
final class PgReset {
  /** How long it may take. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /**
   * What {@code DISCARD ALL} does, except for the prepared statements and plans, which are ours and
   * dear. All of it may stand in a transaction.
   */
  private static final String ALL =
      "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *;"
          + " SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

  /** Gives a row when somebody has prepared a statement by SQL, which none of ours is. */
  private static final String PREPARED =
      "; SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql LIMIT 1";

  /** Of what the server reports, that which changes by itself. */
  private static final Set<String> OF_SERVER =
      Set.of("in_hot_standby", "is_superuser", "default_transaction_read_only");

  private final PgConnection connection;
  private final Map<String, String> reported = new LinkedHashMap<>();
  private Map<String, String> atFirst = Map.of();
  private boolean needed;

  PgReset(PgConnection connection) {
    this.connection = connection;
  }

  /** Notes what the server says of a setting. */
  synchronized void report(String name, String value) {
    reported.put(name, value);
  }

  /** The session is from now on what it is to be after each reset. */
  synchronized void begin() {
    atFirst = Map.copyOf(reported);
  }

  /** Notes that a statement may leave something in the session. */
  synchronized void need() {
    needed = true;
  }

  synchronized boolean isNeeded() {
    return needed;
  }

  /**
   * Statements for the transaction that is ending on the session of a pooler: there is no other
   * moment at which that session is known to be the same. Empty when they are not needed.
   */
  synchronized String inTransaction() {
    boolean pooled = needed && connection.isShared();
    needed &= !pooled;
    return pooled ? ALL + connection.learned().afterReset() : "";
  }

  /**
   * Clears away what was left, outside of a transaction. Ends the session when that cannot be done
   * in time.
   */
  Future<Void> clear() {
    synchronized (this) {
      if (!needed) {
        return Future.succeededFuture();
      }
      needed = false;
    }
    if (connection.isShared()) {
      return Future.succeededFuture();
    }
    return connection
        .within(LIMIT, connection.simple(ALL + PREPARED))
        .compose(reply -> PgConnection.rows(reply).isEmpty() ? done() : discardAll())
        .compose(_ -> isAsAtFirst() ? done() : Future.failedFuture(different()))
        .onFailure(connection::fail);
  }

  private static Future<Void> done() {
    return Future.succeededFuture();
  }

  private Future<Void> discardAll() {
    connection.statements().forget();
    return connection.within(LIMIT, connection.simple("DISCARD ALL").mapEmpty());
  }

  private static Throwable different() {
    return new ApiException.BackendUnavailable("a session could not be cleared", 1);
  }

  private synchronized boolean isAsAtFirst() {
    return reported.entrySet().stream()
        .allMatch(
            now ->
                OF_SERVER.contains(now.getKey())
                    || now.getValue().equals(atFirst.get(now.getKey())));
  }
}
