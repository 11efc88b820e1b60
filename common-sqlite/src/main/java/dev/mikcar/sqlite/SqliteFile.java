package dev.mikcar.sqlite;

import dev.mikcar.common.files.HeldFile;
import dev.mikcar.common.files.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TempStore;

/**
 * The database file of a folder, which one process at a time holds. A commit is synced to disk
 * before it returns: <a href="https://sqlite.org/pragma.html#pragma_synchronous">WAL with
 * synchronous=FULL</a>. Folder and files are for the user of the process alone.
 */
public final class SqliteFile implements AutoCloseable {
  /** How long the write-ahead log is kept once it is empty, bytes; commits reuse its room. */
  private static final int KEPT_LOG = 4 << 20;

  /** How long another process that holds the database is waited for. */
  static final int BUSY_MILLIS = 10_000;

  private final Path database;
  private final Schema schema;
  private final FileLock lock;
  private final Reserve reserve;
  private @Nullable HeldFile held;

  private SqliteFile(Path folder, Schema schema) throws IOException {
    this.database = folder.resolve(schema.file());
    this.schema = schema;
    this.reserve = new Reserve(folder);
    this.lock = lock(folder.resolve("lock"));
  }

  /**
   * Opens the database of a folder; makes both when they are not there, and leads an older one to
   * the version of the schema. Blocks.
   *
   * @throws IOException when the folder cannot be written to, or another process holds it
   * @throws SQLException when the file is no database of ours, is damaged or of a later version
   */
  public static SqliteFile open(Path folder, Schema schema) throws IOException, SQLException {
    SqliteLibrary.use();
    PrivateFiles.folder(folder);
    SqliteFile file = new SqliteFile(folder, schema);
    try {
      PrivateFiles.file(file.database);
      file.prepareWithReserve();
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
        PrivateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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

  /** On a full disk the room that opening takes is in the reserve. */
  private void prepareWithReserve() throws SQLException {
    try {
      prepare();
    } catch (SQLException e) {
      if (!SqliteErrors.isAboutSpace(e) || !reserve.release()) {
        throw e;
      }
      prepare();
    }
  }

  private void prepare() throws SQLException {
    int newest = schema.versions().size();
    try (Connection connection = settings().createConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      // Pages that hold nothing can be given back, and are when the writer is idle. Takes effect
      // before anything is written, as the mode of the journal is, and in place of FULL, which
      // earlier versions had, at any time.
      statement.executeUpdate("PRAGMA auto_vacuum = INCREMENTAL");
      statement.executeUpdate("PRAGMA journal_mode = WAL");
      int version = number(statement, "PRAGMA user_version");
      int application = number(statement, "PRAGMA application_id");
      if (version > newest) {
        throw new SQLException("'" + database + "' was written by a newer mikcar");
      }
      if (application != schema.application() && (application != 0 || version != 0)) {
        throw new SQLException("'" + database + "' is a database of another application");
      }
      if (version < newest) {
        upgrade(connection, statement, schema.versions().subList(version, newest));
      }
    }
  }

  private void upgrade(Connection connection, Statement statement, List<List<String>> steps)
      throws SQLException {
    connection.setAutoCommit(false);
    for (List<String> step : steps) {
      for (String sql : step) {
        statement.executeUpdate(sql);
      }
    }
    statement.executeUpdate("PRAGMA application_id = " + schema.application());
    statement.executeUpdate("PRAGMA user_version = " + schema.versions().size());
    connection.commit();
  }

  private static int number(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      return result.getInt(1);
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

  /** A connection of its own, in no transaction; the caller closes it. */
  public Connection connect() throws SQLException {
    SQLiteConfig config = settings();
    config.setJournalMode(JournalMode.WAL);
    return config.createConnection("jdbc:sqlite:" + database);
  }

  private static SQLiteConfig settings() {
    SQLiteConfig config = new SQLiteConfig();
    config.setSynchronous(SynchronousMode.FULL);
    config.setJournalSizeLimit(KEPT_LOG);
    // Nothing of ours goes into the temporary folder.
    config.setTempStore(TempStore.MEMORY);
    config.setBusyTimeout(BUSY_MILLIS);
    return config;
  }

  Reserve reserve() {
    return reserve;
  }

  Schema schema() {
    return schema;
  }

  /** Where it is. */
  public Path path() {
    return database;
  }

  /** Lets other processes have the folder. Writer and readers are to be closed before. */
  @Override
  public void close() {
    try {
      lock.acquiredBy().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
