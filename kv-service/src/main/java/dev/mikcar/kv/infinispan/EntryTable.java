package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.Key;
import dev.mikcar.sqlite.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
                  """),
              List.of("CREATE INDEX expiry ON entry (expires_at) WHERE expires_at > 0")));

  private static final String PUT =
      """
      INSERT INTO entry (key, expires_at, value) VALUES (?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, value = excluded.value
      """;

  /** Soonest first. The first condition is the one of the index. */
  private static final String REMOVE_GONE =
      """
      DELETE FROM entry WHERE rowid IN (
        SELECT rowid FROM entry
        WHERE expires_at > 0 AND expires_at <= ? ORDER BY expires_at LIMIT ?)
      """;

  /** As many at a time, so that no reader keeps the log from being emptied for long. */
  private static final int KEYS = 1_000;

  /** No key is before this one. */
  private static final byte[] FIRST = {0};

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  EntryTable(Connection connection) {
    this.connection = connection;
  }

  /** Prepared once; closed with the connection. */
  private PreparedStatement statement(String sql) throws SQLException {
    PreparedStatement there = statements.get(sql);
    if (there == null) {
      there = connection.prepareStatement(sql);
      statements.put(sql, there);
    }
    return there;
  }

  /** True. */
  boolean put(byte[] key, long expiresAt, byte[] value) throws SQLException {
    PreparedStatement put = statement(PUT);
    put.setBytes(1, key);
    put.setLong(2, expiresAt);
    put.setBytes(3, value);
    return put.executeUpdate() > 0;
  }

  /** Whether the key was there. */
  boolean remove(byte[] key) throws SQLException {
    PreparedStatement remove = statement("DELETE FROM entry WHERE key = ?");
    remove.setBytes(1, key);
    return remove.executeUpdate() > 0;
  }

  /** See {@link Keys#removeGone}. */
  int removeGone(long now, int most) throws SQLException {
    PreparedStatement remove = statement(REMOVE_GONE);
    remove.setLong(1, now);
    remove.setInt(2, most);
    return remove.executeUpdate();
  }

  /** The value of a key, or null. */
  byte @Nullable [] value(byte[] key) throws SQLException {
    PreparedStatement select = statement("SELECT value FROM entry WHERE key = ?");
    select.setBytes(1, key);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getBytes(1) : null;
    }
  }

  /** How many bytes the value of a key has, without reading it; 0 when there is no such key. */
  long size(byte[] key) throws SQLException {
    PreparedStatement select = statement("SELECT length(value) FROM entry WHERE key = ?");
    select.setBytes(1, key);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /** The expiry of a key. */
  OptionalLong expiresAt(byte[] key) throws SQLException {
    PreparedStatement select = statement("SELECT expires_at FROM entry WHERE key = ?");
    select.setBytes(1, key);
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
    }
  }

  /** See {@link Keys#collect}. Reads no value. */
  void collect(@Nullable Key from, boolean inclusive, KeyCollector collector) throws SQLException {
    byte[] next = from == null ? FIRST : from.utf8();
    boolean included = inclusive || from == null;
    while (next != null) {
      next = collectSome(next, included, collector);
      included = false;
    }
  }

  /** The last of the keys that were shown when there may be more; null at the end. */
  private byte @Nullable [] collectSome(byte[] from, boolean inclusive, KeyCollector collector)
      throws SQLException {
    PreparedStatement select =
        statement(
            inclusive
                ? "SELECT key, expires_at FROM entry WHERE key >= ? ORDER BY key LIMIT ?"
                : "SELECT key, expires_at FROM entry WHERE key > ? ORDER BY key LIMIT ?");
    select.setBytes(1, from);
    select.setInt(2, KEYS);
    byte[] last = null;
    int shown = 0;
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        last = rows.getBytes(1);
        shown++;
        if (!collector.add(Key.ofUtf8(last), rows.getLong(2))) {
          return null;
        }
      }
    }
    return shown == KEYS ? last : null;
  }
}
