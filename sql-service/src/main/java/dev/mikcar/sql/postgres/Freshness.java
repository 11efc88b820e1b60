package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which prepared statements may be used as they are, in all sessions of a database. A statement
 * keeps the types that it found when it was prepared; after a change of the tables it fails, or
 * wants parameters that are no longer right, until it is prepared again.
 */
final class Freshness {
  /** More statements than that under suspicion: all are. */
  private static final int MOST_SUSPECTS = 1024;

  /** Errors of a value, which the new type of a column may take. */
  private static final Set<String> OF_VALUES = Set.of("22P02", "22003", "22007", "22008");

  private final AtomicLong clock = new AtomicLong();
  private final Map<String, Long> suspects = new ConcurrentHashMap<>();
  private volatile long all;

  /** The time, by changes: what is prepared now is as old as the last one. */
  long now() {
    return clock.get();
  }

  /** Whether nothing has been learned against a statement since it was prepared. */
  boolean isFresh(String sql, long prepared) {
    return prepared >= all && (suspects.isEmpty() || prepared >= suspects.getOrDefault(sql, 0L));
  }

  /** The tables have changed: every statement is to be prepared again. */
  void outdateAll() {
    suspects.clear();
    all = clock.incrementAndGet();
  }

  /**
   * Whether a statement that was prepared earlier may have failed only for its age. If so, it is
   * prepared again the next time.
   */
  boolean explains(String sql, Throwable failure) {
    if (failure instanceof PgException e) {
      String state = e.failure().sqlstate();
      // A statement that was found right once is wrong now, or its result has other columns.
      if (state.equals("26000")
          || state.equals("0A000")
          || (state.startsWith("42") && !state.equals("42501"))) {
        outdateAll();
        return true;
      }
      if (!OF_VALUES.contains(state)) {
        return false;
      }
    } else if (!(failure instanceof ApiException.BadRequest)) {
      return false;
    }
    if (suspects.size() >= MOST_SUSPECTS) {
      outdateAll();
    } else {
      suspects.put(sql, clock.incrementAndGet());
    }
    return true;
  }

  /** Failed, perhaps only for the age of what was prepared; nothing has happened. */
  static final class Outdated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Outdated(Throwable cause) {
      super(cause.getMessage(), cause, false, false);
    }
  }
}
