package dev.mikcar.sql.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How deep the schema can nest: each view, trigger and foreign key that leads to the next takes
 * some of the stack of the thread that reads a statement, and SQLite does not look how much there
 * is. Counted as if each led to the next.
 */
final class SqliteSchema {
  private static final int DEEPEST = 5000;

  private static final String DEPTH =
      """
      SELECT total((length(s) - length(replace(s, 'SELECT', ''))) / 6
        + (length(s) - length(replace(s, 'REFERENCES', ''))) / 10
        + (type <> 'table'))
      FROM (SELECT type, upper(sql) AS s FROM sqlite_schema
        UNION ALL SELECT type, upper(sql) FROM sqlite_temp_schema)
      WHERE type IN ('view', 'trigger', 'table')""";

  private SqliteSchema() {}

  /** To be called after a change of it, before that is committed. */
  static void check(Connection connection) throws SQLException {
    try (java.sql.Statement statement = connection.createStatement();
        ResultSet depth = statement.executeQuery(DEPTH)) {
      if (depth.next() && depth.getDouble(1) > DEEPEST) {
        throw SqliteGuard.tooDeep("there are too many views, triggers and foreign keys");
      }
    }
  }
}
