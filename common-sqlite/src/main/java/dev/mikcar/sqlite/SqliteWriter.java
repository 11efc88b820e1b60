package dev.mikcar.sqlite;

import dev.mikcar.common.error.ApiException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a database: one after the other, those that come while a commit is under way in one
 * commit together after it. A write is answered when it is synced to disk. When a commit fails, its
 * writes are tried in smaller ones, so that each fails for itself alone. Safe for use by several
 * threads; never blocks them.
 *
 * @param <S> the session, see {@link Statements}
 */
public final class SqliteWriter<S> implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SqliteWriter.class);
  private static final int MOST_WRITES = 1_000;
  private static final int MOST_BYTES = 8 << 20;

  /** What a write takes in memory besides its bytes. */
  private static final int OVERHEAD = 1_024;

  /** The part of the heap that writes which wait may hold. */
  private static final int SHARE = 8;

  private static final int IDLE_MILLIS = 250;
  private static final int STEPS = 16;
  private static final long FRESH_NANOS = 1_000_000_000L;

  private final String name;
  private final SqliteFile file;
  private final Statements<S> statements;
  private final WriterHealth health;
  private final BlockingQueue<Write> queue = new LinkedBlockingQueue<>();
  private final AtomicLong waiting = new AtomicLong();
  private final long most = Runtime.getRuntime().maxMemory() / SHARE;
  private final Write end = new Write(Space.FREES, 0);
  private final Thread thread;
  private @Nullable Session<S> session;
  private boolean untidy;
  private boolean closed;

  /**
   * Starts the thread that writes.
   *
   * @param name of the service, for the log and for callers
   * @param file to be closed after this
   */
  public SqliteWriter(String name, SqliteFile file, Statements<S> statements) {
    this.name = name;
    this.file = file;
    this.statements = statements;
    this.health = new WriterHealth(name);
    this.thread = Thread.ofPlatform().daemon().name(name + "-writer").start(this::run);
  }

  /**
   * Writes, after all that was submitted before.
   *
   * @param bytes how many are written, about
   * @return completes when it is on stable storage, on the event loop of the caller if it has one;
   *     fails with what the work fails with, or with {@link ApiException.BackendUnavailable}, also
   *     at once when too many writes wait. Cancelling it does not stop the write
   */
  public <R extends @Nullable Object> CompletableFuture<R> submit(
      Work<S, R> work, int bytes, Space space) {
    Submitted<R> write = new Submitted<>(work, bytes, space);
    enqueue(write);
    return write.done;
  }

  /**
   * Tries what a write does, unless one has just succeeded.
   *
   * @return completes when writes work; fails with the reason why not
   */
  public CompletableFuture<@Nullable Void> probe() {
    if (health.workedWithin(FRESH_NANOS)) {
      return CompletableFuture.completedFuture(null);
    }
    Probe probe = new Probe();
    enqueue(probe);
    return probe.done;
  }

  private synchronized void enqueue(Write write) {
    long before = waiting.get();
    if (closed) {
      write.answer(SqliteErrors.unavailable(name));
    } else if (before > 0 && before + write.weight() > most) {
      write.answer(
          new ApiException.BackendUnavailable(
              "too many writes wait for the " + name + " store", 1));
    } else {
      waiting.addAndGet(write.weight());
      queue.add(write);
    }
  }

  /** Ends when all that was submitted is written. */
  @Override
  public void close() {
    stop();
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

  private synchronized void stop() {
    if (!closed) {
      queue.add(end);
    }
    closed = true;
  }

  private void run() {
    try {
      boolean last = false;
      while (!last) {
        List<Write> group = new ArrayList<>();
        last = collect(group);
        write(group);
      }
    } catch (InterruptedException e) {
      LOG.errorf(e, "The writer of the %s store was interrupted", name);
    } finally {
      endSession();
      // Nobody waits for a thread that is not there, whatever ended it.
      stop();
      List<Write> left = new ArrayList<>();
      queue.drainTo(left);
      left.forEach(write -> write.fail(SqliteErrors.unavailable(name)));
    }
  }

  /** Takes what waits, at least one. Whether it was the last. */
  private boolean collect(List<Write> group) throws InterruptedException {
    long bytes = 0;
    Write next = next();
    while (next != null) {
      if (next.equals(end)) {
        return true;
      }
      group.add(next);
      bytes += next.bytes;
      next = group.size() < MOST_WRITES && bytes < MOST_BYTES ? queue.poll() : null;
    }
    return false;
  }

  /** Waits for a write; tidies up when none comes for a while. */
  private Write next() throws InterruptedException {
    while (untidy) {
      Write next = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
      if (next != null) {
        return next;
      }
      untidy = tidy(STEPS);
    }
    return queue.take();
  }

  /** Gives back what can be, in some steps. Whether there is more to do. */
  private boolean tidy(int steps) {
    try {
      file.requireInPlace();
      Session<S> open = session();
      for (int i = 0; i < steps; i++) {
        if (!open.giveBack()) {
          return false;
        }
      }
      return true;
    } catch (SQLException e) {
      LOG.debug("The space of deleted entries is not given back yet", e);
      endSession();
      return false;
    }
  }

  private void write(List<Write> group) {
    if (group.isEmpty()) {
      return;
    }
    try {
      file.requireInPlace();
      session();
    } catch (SQLException | RuntimeException e) {
      health.failed(e);
      endSession();
      group.forEach(write -> write.fail(SqliteErrors.translate(name, e)));
      return;
    }
    attempt(group);
    untidy = true;
    if (!file.reserve().establish()) {
      makeRoom();
    }
  }

  /** On a full disk: gives back what deletions have freed, for the reserve first. */
  private void makeRoom() {
    emptyLog();
    tidy(STEPS);
    file.reserve().establish();
  }

  /** What is in the log is in the database then, and its room is free. */
  private void emptyLog() {
    try {
      session().emptyLog();
    } catch (SQLException e) {
      LOG.debug("There is no more room yet", e);
      endSession();
    }
  }

  private void attempt(List<Write> group) {
    try {
      Session<S> open = session();
      for (Write write : group) {
        if (write.space == Space.TAKES && !file.reserve().establish()) {
          throw new SqliteErrors.Full();
        }
        write.run(open);
      }
      open.commit();
    } catch (SQLException | RuntimeException e) {
      undo(group);
      tryAgain(group, e);
      return;
    }
    for (Write write : group) {
      health.worked(write.space == Space.TAKES ? write.bytes : 0);
      write.succeed();
    }
  }

  private void undo(List<Write> group) {
    group.forEach(Write::undone);
    try {
      if (session != null) {
        session.rollback();
      }
    } catch (SQLException e) {
      // SQLite has rolled it back by itself, as it does on a full disk.
      endSession();
    }
  }

  private void tryAgain(List<Write> group, Exception e) {
    if (group.size() > 1 && !SqliteErrors.isOfTheDisk(e)) {
      int half = group.size() / 2;
      attempt(group.subList(0, half));
      attempt(group.subList(half, group.size()));
      return;
    }
    boolean full = SqliteErrors.isAboutSpace(e);
    Write first = group.getFirst();
    if (full && !first.again) {
      first.again = true;
      if (first.space == Space.FREES) {
        file.reserve().release();
      }
      emptyLog();
      attempt(group);
      return;
    }
    for (Write write : group) {
      if (full) {
        health.full(write.bytes);
      } else if (e instanceof SQLException) {
        health.failed(e);
      }
      write.fail(SqliteErrors.translate(name, e));
    }
  }

  private Session<S> session() throws SQLException {
    Session<S> open = session == null ? Session.open(file, statements) : session;
    session = open;
    return open;
  }

  private void endSession() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  /** One write. */
  private class Write {
    final Space space;
    final int bytes;

    /** Whether it found no room once before. */
    boolean again;

    Write(Space space, int bytes) {
      this.space = space;
      this.bytes = bytes;
    }

    final long weight() {
      return (long) bytes + OVERHEAD;
    }

    void run(Session<S> on) throws SQLException {}

    void undone() {}

    void succeed() {
      waiting.addAndGet(-weight());
    }

    final void fail(RuntimeException e) {
      waiting.addAndGet(-weight());
      answer(e);
    }

    void answer(RuntimeException e) {}
  }

  private final class Submitted<R extends @Nullable Object> extends Write {
    private final Work<S, R> work;
    private final CompletableFuture<R> done = new CompletableFuture<>();
    private final Executor answers = Answers.here();
    private Runnable committed = () -> {};
    private Runnable answer = () -> {};

    Submitted(Work<S, R> work, int bytes, Space space) {
      super(space, bytes);
      this.work = work;
    }

    @Override
    void run(Session<S> on) throws SQLException {
      R result = work.on(on.statements());
      committed = () -> work.committed(result);
      answer = () -> done.complete(result);
    }

    @Override
    void undone() {
      work.undone();
    }

    @Override
    void succeed() {
      super.succeed();
      committed.run();
      Answers.give(answers, answer);
    }

    @Override
    void answer(RuntimeException e) {
      Answers.give(answers, () -> done.completeExceptionally(e));
    }
  }

  /** Takes as much room as was refused last, and syncs. */
  private final class Probe extends Write {
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final Executor answers = Answers.here();

    Probe() {
      super(Space.TAKES, health.refused());
    }

    @Override
    void run(Session<S> on) throws SQLException {
      if (bytes > 0 && !file.reserve().hasRoomFor(bytes)) {
        throw new SqliteErrors.Full();
      }
      on.writeTheSame(file.schema());
    }

    @Override
    void succeed() {
      super.succeed();
      Answers.give(answers, () -> done.complete(null));
    }

    @Override
    void answer(RuntimeException e) {
      Answers.give(answers, () -> done.completeExceptionally(e));
    }
  }
}
