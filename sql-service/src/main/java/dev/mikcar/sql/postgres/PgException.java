package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.SqlFailure;

/** The server refused a statement. Becomes an answer at the edge of this package. */
final class PgException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // Never serialized.
  private final SqlFailure failure;

  PgException(SqlFailure failure) {
    super(failure.message(), null, false, false);
    this.failure = failure;
  }

  SqlFailure failure() {
    return failure;
  }

  /**
   * Whether what was prepared no longer fits the tables, or is gone: the same statement, prepared
   * again, may work.
   */
  boolean isStale() {
    return failure.sqlstate().equals("26000")
        || (failure.sqlstate().equals("0A000")
            && failure.message().equals("cached plan must not change result type"));
  }
}
