package dev.mikcar.sql.sqlite;

import dev.mikcar.sqlite.SqliteLibrary;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * A connection and the one thread that uses it. A platform thread: SQLite is native code, which
 * holds on to the carrier of a virtual thread for as long as it runs, and there are as few carriers
 * as processors.
 */
final class Slot {
  private static final Logger LOG = Logger.getLogger(Slot.class);
  static final Duration BUSY = Duration.ofSeconds(5);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final SQLiteConnection connection;

  /** Null of a database in memory. */
  private final @Nullable DatabaseFile file;

  /**
   * Deep enough for what {@link SqliteGuard} and {@link SqliteSchema} let through; else a crash.
   */
  private static final long STACK_BYTES = 64L << 20;

  private final ExecutorService thread = Executors.newSingleThreadExecutor(Slot::newThread);

  private Slot(SQLiteConnection connection, @Nullable DatabaseFile file) {
    this.connection = connection;
    this.file = file;
  }

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(null, work, "sqlite-" + COUNT.incrementAndGet(), STACK_BYTES, false);
    thread.setDaemon(true);
    return thread;
  }

  /** Opens a file; blocks. */
  static Slot open(DatabaseFile file, boolean reading) throws SQLException {
    SQLiteConfig config = config();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // An answered commit survives a power loss.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    Slot slot = new Slot(connect(file.url(), config), file);
    file.opened();
    if (reading) {
      slot.execute("PRAGMA query_only = ON");
    }
    return slot;
  }

  static Slot openInMemory() throws SQLException {
    return new Slot(connect("jdbc:sqlite::memory:", config()), null);
  }

  private static SQLiteConnection connect(String url, SQLiteConfig config) throws SQLException {
    SqliteLibrary.use();
    SQLiteConnection connection = JDBC.createConnection(url, config.toProperties());
    SqliteLimits.set(connection, (int) SqliteCursor.MOST_BYTES);
    return connection;
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.enforceForeignKeys(true);
    config.setBusyTimeout((int) BUSY.toMillis());
    config.enableLoadExtension(false);
    return config;
  }

  /** To be called before a use. */
  void requireFile() {
    if (file != null) {
      file.requireInPlace();
    }
  }

  /** How long a statement waits for another process that holds the database. */
  void waitForLocks(Duration most) throws SQLException {
    connection.getDatabase().busy_timeout((int) Math.max(1, most.toMillis()));
  }

  Connection connection() {
    return connection;
  }

  /** Lets VACUUM, and nothing else, have the other database that it needs. */
  void attachable(boolean one) throws SQLException {
    SqliteLimits.attachable(connection, one ? 1 : 0);
  }

  /** Runs on the thread of this slot, after what was given to it before. */
  <T> Uni<T> on(Callable<T> work) {
    return Uni.createFrom()
        .completionStage(
            () -> {
              CompletableFuture<T> done = new CompletableFuture<>();
              thread.execute(
                  () -> {
                    try {
                      done.complete(work.call());
                    } catch (Throwable e) {
                      done.completeExceptionally(e);
                    }
                  });
              return done;
            });
  }

  void execute(String sql) throws SQLException {
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /**
   * Rolls back, also what SQLite has rolled back by itself, as it <a
   * href="https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction">may</a>
   * when the disk is full.
   */
  void rollBack() throws SQLException {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      if (!String.valueOf(e.getMessage()).contains("no transaction is active")) {
        throw e;
      }
    }
  }

  /** Drops temporary tables, views and triggers, which the next user would find. */
  void dropTemporary() throws SQLException {
    List<String> drops = new ArrayList<>();
    try (java.sql.Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT 'DROP ' || type || ' IF EXISTS temp.\"' || replace(name, '\"', '\"\"')"
                    + " || '\"' FROM sqlite_temp_schema"
                    + " WHERE type IN ('table', 'view', 'trigger') AND name NOT LIKE 'sqlite\\_%'"
                    + " ESCAPE '\\'")) {
      while (rows.next()) {
        drops.add(rows.getString(1));
      }
    }
    for (String drop : drops) {
      execute(drop);
    }
  }

  /** Rows that the last statement which changed any has changed, without those of triggers. */
  long changes() throws SQLException {
    return connection.getDatabase().changes();
  }

  /** All rows ever changed on this connection. */
  long totalChanges() throws SQLException {
    return connection.getDatabase().total_changes();
  }

  /** Makes what runs fail soon. From any thread. */
  void interrupt() {
    try {
      connection.getDatabase().interrupt();
    } catch (SQLException e) {
      LOG.debug("Nothing to interrupt", e);
    }
  }

  void close() {
    interrupt();
    thread.execute(
        () -> {
          try {
            connection.close();
          } catch (SQLException e) {
            LOG.warn("A SQLite connection did not close cleanly", e);
          }
        });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, java.util.concurrent.TimeUnit.SECONDS)) {
        LOG.warn("A SQLite connection is still closing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
