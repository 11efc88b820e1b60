package dev.mikcar.kv.infinispan;

import dev.mikcar.sqlite.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The one table of kv, on a connection: keys, their expiry, and entries as bytes. */
final class EntryTable {
  /** "mkkv". The expiry comes before the value: reading it does not read the value's pages. */
  static final Schema SCHEMA =
      new Schema(
          "kv.sqlite",
          0x6d6b6b76,
          List.of(
              List.of(
                  """
                  CREATE TABLE IF NOT EXISTS entry (
                    key BLOB NOT NULL UNIQUE,
                    expires_at INTEGER NOT NULL,
                    value BLOB NOT NULL)
                  """)));

  private static final String PUT =
      """
      INSERT INTO entry (key, expires_at, value) VALUES (?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, value = excluded.value
      """;

  private final Connection connection;
  private @Nullable PreparedStatement put;
  private @Nullable PreparedStatement remove;
  private @Nullable PreparedStatement select;

  EntryTable(Connection connection) {
    this.connection = connection;
  }

  /** True. */
  boolean put(byte[] key, long expiresAt, byte[] value) throws SQLException {
    PreparedStatement statement = put == null ? connection.prepareStatement(PUT) : put;
    put = statement;
    statement.setBytes(1, key);
    statement.setLong(2, expiresAt);
    statement.setBytes(3, value);
    return statement.executeUpdate() > 0;
  }

  /** Whether the key was there. */
  boolean remove(byte[] key) throws SQLException {
    PreparedStatement statement =
        remove == null ? connection.prepareStatement("DELETE FROM entry WHERE key = ?") : remove;
    remove = statement;
    statement.setBytes(1, key);
    return statement.executeUpdate() > 0;
  }

  /** The value of a key, or null. */
  byte @Nullable [] value(byte[] key) throws SQLException {
    PreparedStatement statement =
        select == null
            ? connection.prepareStatement("SELECT value FROM entry WHERE key = ?")
            : select;
    select = statement;
    statement.setBytes(1, key);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next() ? rows.getBytes(1) : null;
    }
  }

  /** Every key with its expiry, in no order. Reads no value. */
  void forEachKey(BiConsumer<byte[], Long> action) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT key, expires_at FROM entry");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        action.accept(rows.getBytes(1), rows.getLong(2));
      }
    }
  }
}
