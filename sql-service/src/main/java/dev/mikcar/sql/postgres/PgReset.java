package dev.mikcar.sql.postgres;

/**
 * What {@code DISCARD ALL} does, except for the prepared statements and plans, which are ours and
 * dear. All of it may stand in a transaction.
 */
final class PgReset {
  /** What a transaction that is rolled back has not undone by that. */
  static final String ALL =
      "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *;"
          + " SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

  /** Gives a row when somebody has prepared a statement by SQL, which none of ours is. */
  static final String ALL_AND_PREPARED =
      ALL + "; SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql LIMIT 1";

  private PgReset() {}
}
