package dev.mikcar.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jboss.logging.Logger;

/** The writer's connection with its statements, in a transaction. */
final class Session<S> {
  /** Pages of 4 KiB; fewer that are free are kept for what comes next. */
  private static final int WORTH_IT = 256;

  private static final int PATIENCE_MILLIS = 50;
  private static final Logger LOG = Logger.getLogger(Session.class);

  private final Connection connection;
  private final S statements;

  private Session(Connection connection, S statements) {
    this.connection = connection;
    this.statements = statements;
  }

  static <S> Session<S> open(SqliteFile file, Statements<S> statements) throws SQLException {
    Connection connection = file.connect();
    try {
      connection.setAutoCommit(false);
      return new Session<>(connection, statements.prepare(connection));
    } catch (SQLException | RuntimeException e) {
      close(connection);
      throw e;
    }
  }

  S statements() {
    return statements;
  }

  /** Returns when all of it is on stable storage. */
  void commit() throws SQLException {
    connection.commit();
  }

  void rollback() throws SQLException {
    connection.rollback();
  }

  /** A change that changes nothing, and is synced as others are. */
  void writeTheSame(Schema schema) throws SQLException {
    execute("PRAGMA application_id = " + schema.application());
  }

  /**
   * Gives some of the pages that hold nothing back to the file system, if that is worth it.
   *
   * @return whether there is more to do
   */
  boolean giveBack() throws SQLException {
    int free = number("PRAGMA freelist_count");
    if (free < WORTH_IT) {
      return false;
    }
    execute("PRAGMA incremental_vacuum(" + WORTH_IT + ")");
    commit();
    emptyLog();
    return free >= 2 * WORTH_IT;
  }

  /** Moves the log into the database, and gives back the room of both that nothing needs. */
  void emptyLog() throws SQLException {
    // Ends the transaction, in which nothing was done, and begins another.
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      // Whoever reads meanwhile is not waited for: it is done another time.
      statement.execute("PRAGMA busy_timeout = " + PATIENCE_MILLIS);
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      statement.execute("PRAGMA busy_timeout = " + SqliteFile.BUSY_MILLIS);
    } finally {
      connection.setAutoCommit(false);
    }
  }

  private int number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.getInt(1);
    }
  }

  /** To its end, which {@code execute} does not do with statements that give rows. */
  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /** What was not committed is gone with it. */
  void close() {
    close(connection);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("A connection did not close", e);
    }
  }
}
