package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Session;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.SqlText;
import dev.mikcar.sql.database.Statement;
import io.smallrye.mutiny.Uni;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One use of a connection, within its time. Its methods run one after the other on its thread. */
final class SqliteUse implements Session {
  /** Rows of a chunk of a stream. */
  private static final int CHUNK = 500;

  /** A chunk ends with the row that makes it larger than this, bytes, roughly. */
  private static final long CHUNK_BYTES =
      Math.min(1 << 20, Runtime.getRuntime().maxMemory() / 1024);

  private final Slot slot;
  private final Options options;
  private final ResultMemory memory;

  /** What of the memory this use has taken. */
  private long taken;

  /** Cancelled at the end of the use, so that no timer outlives it. */
  private final CompletableFuture<Void> deadline = new CompletableFuture<>();

  private final long began = System.nanoTime();
  private boolean checked;
  private boolean inTransaction;
  private boolean queryOnly;
  private boolean mayHaveTemporary;
  private @Nullable Throwable failed;
  private boolean expired;
  private boolean ended;

  SqliteUse(Slot slot, Options options, ResultMemory memory) {
    this.slot = slot;
    this.options = options;
    this.memory = memory;
    options
        .timeout()
        .ifPresent(
            limit -> {
              var _ =
                  deadline
                      .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                      .whenComplete((_, e) -> expireWhen(e instanceof TimeoutException));
            });
  }

  private void expireWhen(boolean late) {
    if (late) {
      interrupt();
    }
  }

  /** Lets what runs fail soon, and all that comes after it. From any thread. */
  synchronized void interrupt() {
    if (!ended) {
      expired = true;
      slot.interrupt();
    }
  }

  /** Lets a connection that also writes refuse to, for this use. */
  Uni<Void> queryOnly(boolean needed) {
    queryOnly = needed;
    return needed ? doing("PRAGMA query_only = ON") : Uni.createFrom().voidItem();
  }

  /** Begins a transaction; one that may write takes the lock now rather than fail half-way. */
  Uni<Void> begin(boolean readOnly) {
    return doing(readOnly ? "BEGIN" : "BEGIN IMMEDIATE").invoke(() -> inTransaction = true);
  }

  /** Commits; fails, and leaves it to {@link #abandon}, when a statement has failed. */
  Uni<Void> commit() {
    return on(
        () -> {
          if (failed != null) {
            throw asException(failed);
          }
          slot.execute("COMMIT");
          inTransaction = false;
          return null;
        });
  }

  private static Exception asException(Throwable failed) {
    return failed instanceof Exception e ? e : new IllegalStateException(failed);
  }

  /** Ends the use; what is not committed is rolled back. */
  Uni<Void> abandon() {
    return slot.on(
        () -> {
          synchronized (this) {
            ended = true;
          }
          deadline.cancel(false);
          memory.give(taken);
          taken = 0;
          if (inTransaction) {
            inTransaction = false;
            slot.execute("ROLLBACK");
          }
          if (mayHaveTemporary) {
            slot.dropTemporary();
          }
          if (queryOnly) {
            slot.execute("PRAGMA query_only = OFF");
          }
          return null;
        });
  }

  private Uni<Void> doing(String sql) {
    return on(
        () -> {
          slot.execute(sql);
          return null;
        });
  }

  @Override
  public Uni<Result> run(Statement statement) {
    return on(() -> runNow(statement));
  }

  private Result runNow(Statement statement) throws SQLException {
    SqliteGuard.check(statement.sql());
    long before = slot.totalChanges();
    try (SqliteCursor cursor = openNow(statement)) {
      List<List<Cell>> rows = new ArrayList<>();
      long size = 0;
      while (cursor.next()) {
        if (rows.size() == options.maxRows()) {
          throw SqlFailure.tooLarge(options.maxRows() + " rows");
        }
        rows.add(cursor.row());
        size += cursor.sizeOfRow();
        if (size > SqliteCursor.MOST_BYTES) {
          throw SqliteCursor.tooLarge();
        }
        memory.take(cursor.sizeOfRow());
        taken += cursor.sizeOfRow();
      }
      boolean changed = slot.totalChanges() > before;
      return new Result(cursor.columns(), rows, changed ? slot.changes() : 0);
    }
  }

  Uni<SqliteCursor> stream(Statement statement) {
    return on(
        () -> {
          SqliteGuard.check(statement.sql());
          return openNow(statement);
        });
  }

  private SqliteCursor openNow(Statement statement) throws SQLException {
    String kind = SqlText.words(statement.sql()).kind();
    mayHaveTemporary |= kind.equals("CREATE");
    SqliteCursor cursor = kind.equals("VACUUM") ? vacuum(statement) : open(statement);
    if (kind.equals("CREATE") || kind.equals("ALTER")) {
      SqliteSchema.check(slot.connection());
    }
    if (options.distinctNames()) {
      try {
        Column.requireDistinct(cursor.columns());
      } catch (ApiException e) {
        cursor.close();
        throw e;
      }
    }
    return cursor;
  }

  private SqliteCursor open(Statement statement) throws SQLException {
    return SqliteCursor.open(slot.connection(), statement);
  }

  private SqliteCursor vacuum(Statement statement) throws SQLException {
    slot.attachable(true);
    try {
      return open(statement);
    } finally {
      slot.attachable(false);
    }
  }

  /** The next rows, none at the end. */
  Uni<List<List<Cell>>> next(SqliteCursor cursor) {
    return on(
        () -> {
          List<List<Cell>> rows = new ArrayList<>();
          long size = 0;
          while (rows.size() < CHUNK && size < CHUNK_BYTES && cursor.next()) {
            rows.add(cursor.row());
            size += cursor.sizeOfRow();
          }
          return rows;
        });
  }

  /** Ends a stream; what was read to its end is committed. */
  Uni<Void> finish(SqliteCursor cursor, boolean commit) {
    return slot.on(
            () -> {
              boolean whole = cursor.isAtEnd();
              cursor.close();
              if (commit && whole && failed == null) {
                slot.execute("COMMIT");
                inTransaction = false;
              }
              return null;
            })
        .onTermination()
        .call(this::abandon)
        .replaceWithVoid();
  }

  private <T> Uni<T> on(Callable<T> work) {
    return slot.on(
        () -> {
          synchronized (this) {
            if (expired) {
              failed = new ApiException.BackendTimeout("the statement took too long");
              throw (ApiException) failed;
            }
          }
          Duration patience = patience();
          try {
            if (!checked) {
              slot.requireFile();
              checked = true;
            }
            // An interruption does not reach a statement that waits for a lock.
            slot.waitForLocks(patience);
            return work.call();
          } catch (SQLException e) {
            RuntimeException translated =
                SqliteErrors.isLocked(e) && patience.compareTo(Slot.BUSY) < 0
                    ? new ApiException.BackendTimeout("the database is locked by another process")
                    : SqliteErrors.translate(e);
            failed = translated;
            throw translated;
          } catch (RuntimeException e) {
            failed = e;
            throw e;
          }
        });
  }

  /** How long to wait for another process: no longer than there is time. */
  private Duration patience() {
    return options
        .timeout()
        .map(limit -> limit.minusNanos(System.nanoTime() - began))
        .filter(left -> left.compareTo(Slot.BUSY) < 0)
        .orElse(Slot.BUSY);
  }
}
