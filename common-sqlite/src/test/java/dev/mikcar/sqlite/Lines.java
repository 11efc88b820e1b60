package dev.mikcar.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The smallest thing to keep: a table of numbered lines. */
final class Lines {
  static final Schema SCHEMA =
      new Schema(
          "lines.sqlite",
          0x6d6b7474,
          List.of(List.of("CREATE TABLE line (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")));

  private final PreparedStatement put;
  private final PreparedStatement remove;
  private final PreparedStatement count;

  Lines(Connection connection) throws SQLException {
    put = connection.prepareStatement("INSERT INTO line (id, body) VALUES (?, ?)");
    remove = connection.prepareStatement("DELETE FROM line WHERE id = ?");
    count = connection.prepareStatement("SELECT count(*) FROM line");
  }

  /** Fails when the line is there. */
  int put(long id, byte[] body) throws SQLException {
    put.setLong(1, id);
    put.setBytes(2, body);
    return put.executeUpdate();
  }

  int remove(long id) throws SQLException {
    remove.setLong(1, id);
    return remove.executeUpdate();
  }

  int count() throws SQLException {
    try (ResultSet rows = count.executeQuery()) {
      return rows.getInt(1);
    }
  }
}
