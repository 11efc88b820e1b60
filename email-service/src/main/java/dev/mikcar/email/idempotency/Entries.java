package dev.mikcar.email.idempotency;

import dev.mikcar.sqlite.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The statements on the table of entries. */
final class Entries {
  static final Schema SCHEMA =
      new Schema(
          "sent.sqlite",
          0x6d6b6d6c,
          List.of(
              List.of(
                  "CREATE TABLE message (key TEXT NOT NULL, item INTEGER NOT NULL, request TEXT NOT"
                      + " NULL, at INTEGER NOT NULL, state TEXT NOT NULL, id TEXT NOT NULL, reply"
                      + " INTEGER NOT NULL, error TEXT NOT NULL, recipient TEXT, suppressed TEXT NOT"
                      + " NULL, PRIMARY KEY (key, item)) WITHOUT ROWID",
                  "CREATE INDEX message_at ON message (at)")));

  /** How many that are too old make room for one that is new. */
  private static final int STEP = 10;

  private final PreparedStatement find;
  private final PreparedStatement put;
  private final PreparedStatement remove;
  private final PreparedStatement expire;

  /** What is known of a request. */
  record Found(String request, Map<Integer, Entry> entries) {}

  Entries(Connection connection) throws SQLException {
    find =
        connection.prepareStatement(
            "SELECT request, item, state, id, reply, error, recipient, suppressed FROM message"
                + " WHERE key = ? AND at >= ?");
    put =
        connection.prepareStatement(
            "INSERT OR REPLACE INTO message (key, item, request, at, state, id, reply, error,"
                + " recipient, suppressed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    remove = connection.prepareStatement("DELETE FROM message WHERE key = ? AND item = ?");
    expire =
        connection.prepareStatement(
            "DELETE FROM message WHERE (key, item) IN (SELECT key, item FROM message WHERE at < ?"
                + " ORDER BY at LIMIT "
                + STEP
                + ")");
  }

  /**
   * @param since entries from before do not count, milliseconds since the epoch
   */
  Optional<Found> find(String key, long since) throws SQLException {
    find.setString(1, key);
    find.setLong(2, since);
    Map<Integer, Entry> entries = new HashMap<>();
    String request = null;
    try (ResultSet rows = find.executeQuery()) {
      while (rows.next()) {
        request = rows.getString(1);
        String suppressed = rows.getString(8);
        entries.put(
            rows.getInt(2),
            new Entry(
                Entry.State.valueOf(rows.getString(3)),
                rows.getString(4),
                rows.getInt(5),
                rows.getString(6),
                rows.getString(7),
                suppressed.isEmpty() ? List.of() : List.of(suppressed.split("\n", -1))));
      }
    }
    return request == null ? Optional.empty() : Optional.of(new Found(request, entries));
  }

  int put(IdempotencyKey key, int item, Entry entry, long now, long since) throws SQLException {
    expire.setLong(1, since);
    expire.executeUpdate();
    put.setString(1, key.text());
    put.setInt(2, item);
    put.setString(3, key.request());
    put.setLong(4, now);
    put.setString(5, entry.state().name());
    put.setString(6, entry.id());
    put.setInt(7, entry.reply());
    put.setString(8, entry.error());
    put.setString(9, entry.recipient());
    put.setString(10, String.join("\n", entry.suppressed()));
    return put.executeUpdate();
  }

  int remove(IdempotencyKey key, int item) throws SQLException {
    remove.setString(1, key.text());
    remove.setInt(2, item);
    return remove.executeUpdate();
  }
}
