package dev.mikcar.sql.postgres;

/**
 * What the sessions of a database have learned of it, together.
 *
 * @param types its types
 * @param freshness which statements are to be prepared again
 * @param harmless which statements leave nothing behind
 * @param afterReset statements, each after a semicolon, that tell a pooler what it is to keep
 */
record Learned(PgTypes types, Freshness freshness, Harmless harmless, String afterReset) {
  /** Nothing yet, of a database where sessions have this name. */
  static Learned nothing(String applicationName) {
    Freshness freshness = new Freshness();
    PgTypes types = new PgTypes();
    return new Learned(
        types,
        freshness,
        new Harmless(types, freshness),
        // A pooler follows what the server reports, and gives it back to us with the next session.
        "; SET client_encoding TO 'UTF8'; SET application_name TO '"
            + applicationName.replace("'", "''")
            + "'");
  }
}
