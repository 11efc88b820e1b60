package dev.mikcar.kv;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Keys put into the database of a store that no process has open: many take no time so. */
public final class StoredKeys {
  private final Path database;

  private StoredKeys(Path database) {
    this.database = database;
  }

  /** Those of the store in this folder. */
  public static StoredKeys in(Path folder) {
    return new StoredKeys(folder.resolve("kv.sqlite"));
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + database);
  }

  /**
   * Copies the entry of a key, which is there, to many.
   *
   * @param prefix of their names, before their numbers from 1 on
   * @param expiresAt of the new rows, milliseconds since the epoch, or 0
   */
  public void copy(String key, String prefix, int count, long expiresAt) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
                INSERT INTO entry (key, expires_at, value)
                SELECT CAST(? || i AS BLOB), ?,
                  (SELECT value FROM entry WHERE key = CAST(? AS BLOB))
                FROM n
                """)) {
      insert.setInt(1, count);
      insert.setString(2, prefix);
      insert.setLong(3, expiresAt);
      insert.setString(4, key);
      insert.executeUpdate();
    }
  }

  /** How many rows there are, gone or not. */
  public long count() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM entry")) {
      return result.getLong(1);
    }
  }

  /** Runs one statement. */
  public int run(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }
}
