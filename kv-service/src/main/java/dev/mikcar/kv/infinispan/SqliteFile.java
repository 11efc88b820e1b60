package dev.mikcar.kv.infinispan;

import dev.mikcar.common.files.HeldFile;
import dev.mikcar.sqlite.SqliteLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The database file of a folder, which one process at a time holds. A commit is synced to disk
 * before it returns: <a href="https://sqlite.org/pragma.html#pragma_synchronous">WAL with
 * synchronous=FULL</a>. The space of what is deleted goes back to the file system.
 */
final class SqliteFile implements AutoCloseable {
  /** "mkkv", so that {@code file} and others can tell whose database this is. */
  static final int APPLICATION = 0x6d6b6b76;

  private static final int VERSION = 1;

  private final Path database;
  private final FileLock lock;
  private @Nullable HeldFile held;

  private SqliteFile(Path database, FileLock lock) {
    this.database = database;
    this.lock = lock;
  }

  /**
   * Opens the database of a folder; makes both when they are not there.
   *
   * @throws IOException when the folder cannot be written to, or another process holds it
   * @throws SQLException when the file is no database of ours, or is damaged
   */
  static SqliteFile open(Path folder) throws IOException, SQLException {
    SqliteLibrary.use();
    Files.createDirectories(folder);
    SqliteFile file = new SqliteFile(folder.resolve("kv.sqlite"), lock(folder.resolve("lock")));
    try {
      file.prepare();
      file.held = HeldFile.at(file.database);
      return file;
    } catch (IOException | SQLException e) {
      file.close();
      throw e;
    }
  }

  @SuppressWarnings("resource") // The lock closes its channel, or is not had.
  private static FileLock lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this process: said below.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new IOException("'" + file.getParent() + "' is in use by another process");
    }
    return lock;
  }

  private void prepare() throws SQLException {
    try (Connection connection = new SQLiteConfig().createConnection(url());
        Statement statement = connection.createStatement()) {
      int version = number(statement, "PRAGMA user_version");
      if (version > VERSION) {
        throw new SQLException("'" + database + "' was written by a newer mikcar");
      }
      if (version == VERSION) {
        return;
      }
      // Before the first page is written, or never.
      statement.execute("PRAGMA auto_vacuum = FULL");
      // The expiry comes before the value, so that reading it does not read the value's pages.
      statement.executeUpdate(
          """
          CREATE TABLE IF NOT EXISTS entry (
            key BLOB NOT NULL UNIQUE,
            expires_at INTEGER NOT NULL,
            value BLOB NOT NULL)
          """);
      statement.executeUpdate("PRAGMA application_id = " + APPLICATION);
      statement.executeUpdate("PRAGMA user_version = " + VERSION);
    }
  }

  /**
   * To be called before a write.
   *
   * @throws SQLException when what is written would be gone with the process
   */
  void requireInPlace() throws SQLException {
    if (held == null || !held.isInPlace()) {
      throw new SQLException("'" + database + "' was removed or replaced while it was in use");
    }
  }

  /** A connection of its own; the caller closes it. */
  Connection connect() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setBusyTimeout(10_000);
    return config.createConnection(url());
  }

  private String url() {
    return "jdbc:sqlite:" + database;
  }

  /**
   * Moves what is in the write-ahead log into the database, and gives the space of both that is not
   * needed any more back to the file system.
   */
  void checkpoint() throws SQLException {
    requireInPlace();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  private static int number(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      return result.getInt(1);
    }
  }

  /** Every key with its expiry, in no order. Reads no value. */
  void forEachKey(BiConsumer<byte[], Long> action) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement statement =
            connection.prepareStatement("SELECT key, expires_at FROM entry");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        action.accept(rows.getBytes(1), rows.getLong(2));
      }
    }
  }

  /** Lets other processes have the folder. The connections are to be closed before. */
  @Override
  public void close() {
    try {
      lock.acquiredBy().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
