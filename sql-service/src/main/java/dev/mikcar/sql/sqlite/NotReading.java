package dev.mikcar.sql.sqlite;

import dev.mikcar.sql.database.SqlFailure;

/** A statement on a connection that only reads was about to write, and has not. */
final class NotReading extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotReading() {
    super("a write on a connection that reads", null, false, false);
  }

  /** The answer to a request that asked for {@code read_only}. */
  static Throwable forbidden() {
    return SqlFailure.of("25006", "cannot write in a read-only transaction").toApi();
  }
}
