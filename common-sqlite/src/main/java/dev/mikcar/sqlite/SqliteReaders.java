package dev.mikcar.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a database, a few at a time, each a connection and a thread, on which native code may
 * stay. What comes while all are busy waits in its order. A read sees what was answered before it
 * began. Safe for use by several threads; never blocks them.
 *
 * @param <S> the session, see {@link Statements}
 */
public final class SqliteReaders<S> implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SqliteReaders.class);
  private static final int IDLE_SECONDS = 30;
  private static final int CLOSING_SECONDS = 10;

  private final String name;
  private final SqliteFile file;
  private final Statements<S> statements;
  private final ThreadPoolExecutor threads;
  private final ConcurrentLinkedQueue<Reader<S>> idle = new ConcurrentLinkedQueue<>();

  private record Reader<S>(Connection connection, S statements) {}

  /**
   * Opens nothing yet.
   *
   * @param name of the service, for callers and for the names of the threads
   * @param file to be closed after this
   * @param readers how many read at once
   */
  public SqliteReaders(String name, SqliteFile file, Statements<S> statements, int readers) {
    this.name = name;
    this.file = file;
    this.statements = statements;
    ThreadFactory factory = Thread.ofPlatform().daemon().name(name + "-reader-", 1).factory();
    this.threads =
        new ThreadPoolExecutor(
            readers, readers, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Reads.
   *
   * @return completes on the event loop of the caller if it has one; fails with what the work fails
   *     with, or with {@link dev.mikcar.common.error.ApiException.BackendUnavailable}
   */
  public <R extends @Nullable Object> CompletableFuture<R> read(Work<S, R> work) {
    CompletableFuture<R> done = new CompletableFuture<>();
    Executor answers = Answers.here();
    try {
      threads.execute(() -> Answers.give(answers, answer(work, done)));
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(SqliteErrors.unavailable(name));
    }
    return done;
  }

  private <R extends @Nullable Object> Runnable answer(Work<S, R> work, CompletableFuture<R> done) {
    try {
      R result = readNow(work);
      return () -> done.complete(result);
    } catch (SQLException e) {
      LOG.debugf(e, "The %s store cannot read", name);
      return () -> done.completeExceptionally(SqliteErrors.translate(name, e));
    } catch (RuntimeException | Error e) {
      return () -> done.completeExceptionally(e);
    }
  }

  private <R extends @Nullable Object> R readNow(Work<S, R> work) throws SQLException {
    Reader<S> reader = idle.poll();
    if (reader == null) {
      reader = connect();
    }
    boolean whole = false;
    try {
      R result = work.on(reader.statements());
      whole = true;
      return result;
    } finally {
      if (whole) {
        idle.add(reader);
      } else {
        close(reader.connection());
      }
    }
  }

  private Reader<S> connect() throws SQLException {
    Connection connection = file.connect();
    try {
      return new Reader<>(connection, statements.prepare(connection));
    } catch (SQLException | RuntimeException e) {
      close(connection);
      throw e;
    }
  }

  /** Waits for the reads under way, and refuses later ones. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
        LOG.warnf("The %s store is still read", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Reader<S> reader = idle.poll(); reader != null; reader = idle.poll()) {
      close(reader.connection());
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("A connection did not close", e);
    }
  }
}
