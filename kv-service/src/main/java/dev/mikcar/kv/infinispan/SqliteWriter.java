package dev.mikcar.kv.infinispan;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.infinispan.util.concurrent.NonBlockingManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes to the database, those that come while a commit is under way in one commit
 * together after it. A change is done when it is synced to disk. When a commit fails, none of its
 * changes is made; the next one begins on a fresh connection.
 */
final class SqliteWriter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SqliteWriter.class);
  private static final int MOST_CHANGES = 1_000;
  private static final int MOST_BYTES = 64 << 20;
  private static final int IDLE_MILLIS = 1_000;

  private final SqliteFile file;
  private final NonBlockingManager completions;
  private final BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
  private final Thread thread;
  private final Change end = new Change(session -> false, 0, new CompletableFuture<>());
  private @Nullable Session session;
  private boolean untidy;
  private boolean closed;
  private volatile @Nullable Exception failure;

  /** What is done inside the transaction; true when it changed something. */
  @FunctionalInterface
  private interface Work {
    boolean on(Session session) throws SQLException;
  }

  private record Change(Work work, int bytes, CompletableFuture<Boolean> done) {}

  /** Starts the thread that writes. */
  SqliteWriter(SqliteFile file, NonBlockingManager completions) {
    this.file = file;
    this.completions = completions;
    this.thread = Thread.ofPlatform().daemon().name("kv-writer").start(this::run);
  }

  /** Completes with true. */
  CompletionStage<Boolean> put(byte[] key, long expiresAt, byte[] value) {
    return submit(session -> session.put(key, expiresAt, value), value.length);
  }

  /** Completes with whether the key was there. */
  CompletionStage<Boolean> remove(byte[] key) {
    return submit(session -> session.remove(key), 0);
  }

  /** Completes with true when writes work: when the last one did, or else when one does now. */
  CompletionStage<Boolean> probe() {
    return failure == null
        ? CompletableFuture.completedFuture(true)
        : submit(Session::writeTheSame, 0);
  }

  private synchronized CompletionStage<Boolean> submit(Work work, int bytes) {
    if (closed) {
      return CompletableFuture.failedFuture(new RejectedExecutionException("the store is closed"));
    }
    Change change = new Change(work, bytes, new CompletableFuture<>());
    changes.add(change);
    return change.done();
  }

  /** Ends when all that was submitted is written. */
  @Override
  public void close() {
    synchronized (this) {
      if (!closed) {
        changes.add(end);
      }
      closed = true;
    }
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      boolean last = false;
      while (!last) {
        List<Change> batch = new ArrayList<>();
        int bytes = 0;
        Change next = next();
        while (next != null) {
          if (next.equals(end)) {
            last = true;
            break;
          }
          batch.add(next);
          bytes += next.bytes();
          next = batch.size() < MOST_CHANGES && bytes < MOST_BYTES ? changes.poll() : null;
        }
        write(batch);
      }
    } catch (InterruptedException e) {
      LOG.error("The writer of kv was interrupted", e);
    } finally {
      endSession();
    }
  }

  /** Waits for a change; tidies up when none comes for a while. */
  private Change next() throws InterruptedException {
    if (untidy) {
      Change next = changes.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
      if (next != null) {
        return next;
      }
      untidy = false;
      try {
        file.checkpoint();
      } catch (SQLException e) {
        LOG.warn("The space of deleted values is not given back yet", e);
      }
    }
    return changes.take();
  }

  private void write(List<Change> batch) {
    boolean[] results = new boolean[batch.size()];
    try {
      file.requireInPlace();
      Session open = session == null ? new Session(file.connect()) : session;
      session = open;
      for (int i = 0; i < results.length; i++) {
        results[i] = batch.get(i).work().on(open);
      }
      open.connection.commit();
      succeeded();
    } catch (SQLException | RuntimeException e) {
      failed(e);
      endSession();
      batch.forEach(change -> completions.completeExceptionally(change.done(), e));
      return;
    }
    for (int i = 0; i < results.length; i++) {
      completions.complete(batch.get(i).done(), results[i]);
    }
    untidy = true;
  }

  private void succeeded() {
    if (failure != null) {
      failure = null;
      LOG.info("kv can write again");
    }
  }

  private void failed(Exception e) {
    if (failure == null) {
      LOG.error("kv cannot write", e);
    }
    failure = e;
  }

  private void endSession() {
    if (session != null) {
      try {
        session.connection.close();
      } catch (SQLException e) {
        LOG.debug("A connection did not close", e);
      }
      session = null;
    }
  }

  /** A connection with its statements. What was not committed is gone with it. */
  private static final class Session {
    private final Connection connection;
    private final PreparedStatement put;
    private final PreparedStatement remove;

    Session(Connection connection) throws SQLException {
      this.connection = connection;
      connection.setAutoCommit(false);
      put =
          connection.prepareStatement(
              """
              INSERT INTO entry (key, expires_at, value) VALUES (?, ?, ?)
              ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, value = excluded.value
              """);
      remove = connection.prepareStatement("DELETE FROM entry WHERE key = ?");
    }

    boolean put(byte[] key, long expiresAt, byte[] value) throws SQLException {
      put.setBytes(1, key);
      put.setLong(2, expiresAt);
      put.setBytes(3, value);
      return put.executeUpdate() > 0;
    }

    boolean remove(byte[] key) throws SQLException {
      remove.setBytes(1, key);
      return remove.executeUpdate() > 0;
    }

    boolean writeTheSame() throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate("PRAGMA application_id = " + SqliteFile.APPLICATION);
      }
      return true;
    }
  }
}
