package dev.mikcar.kv.infinispan;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads values, a few at a time; blocks while all readers are busy. */
final class SqliteReaders implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SqliteReaders.class);
  private static final int READERS = 4;

  private final SqliteFile file;
  private final BlockingQueue<Reader> idle = new ArrayBlockingQueue<>(READERS);

  SqliteReaders(SqliteFile file) {
    this.file = file;
    for (int i = 0; i < READERS; i++) {
      idle.add(new Reader());
    }
  }

  /** The value of a key, or null. */
  byte @Nullable [] read(byte[] key) throws SQLException, InterruptedException {
    Reader reader = idle.take();
    try {
      return reader.read(key);
    } finally {
      idle.add(reader);
    }
  }

  /** Waits for the reads under way. Later ones never end. */
  @Override
  public void close() {
    List<Reader> all = new ArrayList<>();
    try {
      while (all.size() < READERS) {
        all.add(idle.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.forEach(Reader::disconnect);
  }

  private final class Reader {
    private @Nullable Connection connection;
    private @Nullable PreparedStatement select;

    byte @Nullable [] read(byte[] key) throws SQLException {
      try {
        PreparedStatement statement = select == null ? connect() : select;
        statement.setBytes(1, key);
        try (ResultSet rows = statement.executeQuery()) {
          return rows.next() ? rows.getBytes(1) : null;
        }
      } catch (SQLException e) {
        disconnect();
        throw e;
      }
    }

    private PreparedStatement connect() throws SQLException {
      connection = file.connect();
      PreparedStatement statement =
          connection.prepareStatement("SELECT value FROM entry WHERE key = ?");
      select = statement;
      return statement;
    }

    void disconnect() {
      if (connection != null) {
        try {
          connection.close();
        } catch (SQLException e) {
          LOG.debug("A connection did not close", e);
        }
      }
      connection = null;
      select = null;
    }
  }
}
