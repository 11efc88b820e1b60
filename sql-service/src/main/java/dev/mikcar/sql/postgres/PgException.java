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
}
