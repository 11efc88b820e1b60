package dev.mikcar.queue.embedded;

import dev.mikcar.queue.embedded.Journal.Remembered;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Source;
import dev.mikcar.sqlite.Schema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the queues, on a connection. An entry is a message in a source; the message itself
 * is there once, however many groups will see it, and goes with its last entry.
 */
final class QueueTables {
  /**
   * "mkqu". {@code queue} is the queue or the topic, {@code grp} the group, empty for a queue.
   * {@code origin} is the group where a message died, empty when it died in a queue, null when it
   * did not.
   */
  static final Schema SCHEMA =
      new Schema(
          "queue.sqlite",
          0x6d6b7175,
          List.of(
              List.of(
                  """
                  CREATE TABLE message (
                    id INTEGER PRIMARY KEY,
                    headers TEXT NOT NULL,
                    body BLOB NOT NULL)
                  """,
                  """
                  CREATE TABLE entry (
                    position INTEGER PRIMARY KEY,
                    message INTEGER NOT NULL,
                    queue TEXT NOT NULL,
                    grp TEXT NOT NULL,
                    received_at INTEGER NOT NULL,
                    size INTEGER NOT NULL,
                    ordering_key TEXT,
                    origin TEXT,
                    attempts INTEGER NOT NULL,
                    due INTEGER NOT NULL)
                  """,
                  "CREATE INDEX entry_message ON entry (message)",
                  """
                  CREATE TABLE topic_group (
                    topic TEXT NOT NULL,
                    grp TEXT NOT NULL,
                    PRIMARY KEY (topic, grp)) WITHOUT ROWID
                  """,
                  """
                  CREATE TABLE remembered (
                    key TEXT PRIMARY KEY,
                    ids TEXT NOT NULL,
                    routed INTEGER NOT NULL,
                    until INTEGER NOT NULL)
                  """,
                  "CREATE INDEX remembered_until ON remembered (until)",
                  "CREATE TABLE opened (identity TEXT NOT NULL, times INTEGER NOT NULL)",
                  "INSERT INTO opened VALUES (lower(hex(randomblob(4))), 0)")));

  private static final String ADD_MESSAGE = "INSERT OR IGNORE INTO message VALUES (?, ?, ?)";
  private static final String ADD_ENTRY = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String REMOVE_ENTRY = "DELETE FROM entry WHERE position = ?";
  private static final String REMOVE_MESSAGE =
      "DELETE FROM message WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM entry WHERE message = ?1)";
  private static final String MOVE =
      """
      UPDATE entry SET position = ?, queue = ?, grp = ?, origin = ?, attempts = 0, due = 0
      WHERE position = ?
      """;
  private static final String NOTE = "UPDATE entry SET attempts = ?, due = ? WHERE position = ?";
  private static final String MESSAGE = "SELECT headers, body FROM message WHERE id = ?";
  private static final String REMEMBER = "INSERT OR REPLACE INTO remembered VALUES (?, ?, ?, ?)";
  private static final String FORGET = "DELETE FROM remembered WHERE until <= ?";

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  QueueTables(Connection connection) {
    this.connection = connection;
  }

  private int change(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement.executeUpdate();
  }

  private PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    return statement;
  }

  /** One entry more, with its message if that is not there yet. */
  void add(Entry entry, long due, Message message) throws SQLException {
    change(ADD_MESSAGE, entry.id, HeaderText.of(message.headers()), message.body());
    change(
        ADD_ENTRY,
        entry.position,
        entry.id,
        queue(entry.source),
        group(entry.source),
        entry.receivedAt,
        entry.size,
        entry.orderingKey,
        origin(entry.origin),
        0,
        due);
  }

  void remove(Entry entry) throws SQLException {
    change(REMOVE_ENTRY, entry.position);
    change(REMOVE_MESSAGE, entry.id);
  }

  void move(Entry from, Entry to) throws SQLException {
    change(MOVE, to.position, queue(to.source), group(to.source), origin(to.origin), from.position);
  }

  void note(Entry entry, int attempts, long due) throws SQLException {
    change(NOTE, attempts, due, entry.position);
  }

  Optional<Message> message(long id) throws SQLException {
    PreparedStatement statement = prepared(MESSAGE);
    statement.setLong(1, id);
    try (ResultSet rows = statement.executeQuery()) {
      return rows.next()
          ? Optional.of(new Message(rows.getBytes(2), HeaderText.parse(rows.getString(1))))
          : Optional.empty();
    }
  }

  void createGroup(Source.Group group) throws SQLException {
    change("INSERT OR IGNORE INTO topic_group VALUES (?, ?)", queue(group), group(group));
  }

  void deleteGroup(Source.Group group) throws SQLException {
    change(
        """
        DELETE FROM message WHERE
          id IN (SELECT message FROM entry WHERE queue = ?1 AND grp = ?2)
          AND NOT EXISTS (
            SELECT 1 FROM entry
            WHERE message = message.id AND (queue <> ?1 OR grp <> ?2))
        """,
        queue(group),
        group(group));
    change("DELETE FROM entry WHERE queue = ? AND grp = ?", queue(group), group(group));
    change("DELETE FROM topic_group WHERE topic = ? AND grp = ?", queue(group), group(group));
  }

  void remember(Remembered remembered, long now) throws SQLException {
    change(FORGET, now);
    String ids = String.join(" ", remembered.ids().stream().map(String::valueOf).toList());
    change(REMEMBER, remembered.key(), ids, remembered.routed() ? 1 : 0, remembered.until());
  }

  /** Counts this opening. */
  Opened open() throws SQLException {
    change("UPDATE opened SET times = times + 1");
    try (ResultSet row = prepared("SELECT identity, times FROM opened").executeQuery()) {
      return new Opened(row.getString(1), row.getLong(2));
    }
  }

  /**
   * Whose numbers these are.
   *
   * @param identity of the data, as long as it is
   * @param times how often it was opened, this time too
   */
  record Opened(String identity, long times) {}

  /** All there is, the entries in the order of their positions. */
  void readAll(Journal.Recovery recovery) throws SQLException {
    SourceNames names = new SourceNames();
    try (ResultSet rows = prepared("SELECT topic, grp FROM topic_group").executeQuery()) {
      while (rows.next()) {
        if (names.source(rows.getString(1), rows.getString(2)) instanceof Source.Group group) {
          recovery.group(group);
        }
      }
    }
    try (ResultSet rows = prepared("SELECT * FROM entry ORDER BY position").executeQuery()) {
      while (rows.next()) {
        recovery.entry(entry(rows, names));
      }
    }
    try (ResultSet rows = prepared("SELECT * FROM remembered ORDER BY until").executeQuery()) {
      while (rows.next()) {
        recovery.remembered(remembered(rows));
      }
    }
  }

  private static Entry entry(ResultSet row, SourceNames names) throws SQLException {
    String queue = row.getString("queue");
    String origin = row.getString("origin");
    Entry entry =
        new Entry(
            row.getLong("position"),
            row.getLong("message"),
            names.source(queue, row.getString("grp")),
            row.getLong("received_at"),
            row.getInt("size"),
            row.getString("ordering_key"),
            origin == null ? null : names.origin(queue, origin),
            null,
            Entry.COST);
    entry.attempts = row.getInt("attempts");
    entry.due = row.getLong("due");
    return entry;
  }

  private static Remembered remembered(ResultSet row) throws SQLException {
    String ids = row.getString("ids");
    return new Remembered(
        row.getString("key"),
        ids.isEmpty()
            ? List.of()
            : List.of(ids.split(" ", -1)).stream().map(Long::valueOf).toList(),
        row.getInt("routed") == 1,
        row.getLong("until"));
  }

  private static String queue(Source source) {
    return source.name().text();
  }

  private static String group(Source source) {
    return source instanceof Source.Group group ? group.group().text() : "";
  }

  private static @Nullable String origin(@Nullable Source origin) {
    return origin == null ? null : group(origin);
  }
}
