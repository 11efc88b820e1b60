package dev.mikcar.email.smtp;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections to one server: so many at most, fewer for a while when the server asks for fewer,
 * used again as long as they are alive. Blocks its callers, in order of arrival. For use by many at
 * once.
 */
final class SmtpPool implements AutoCloseable {
  /** A connection that rested longer is asked whether it is still there. */
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** A connection that rested longer is closed: servers do the same after some minutes. */
  private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** After this time without a complaint of the server's, one connection more is tried. */
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final SmtpServer server;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  private final Deque<SmtpConnection> resting = new ArrayDeque<>();
  private final Set<SmtpConnection> open = new HashSet<>();
  private int limit;
  private int used;
  private long calmSince = System.nanoTime();
  private boolean closed;

  SmtpPool(SmtpServer server) {
    this.server = server;
    this.limit = server.url().pool();
  }

  /** A place, for which there has to be a connection: one that rested, or a new one. */
  final class Place implements AutoCloseable {
    private Optional<SmtpConnection> connection = Optional.empty();
    private boolean rested;

    private Place() {}

    /**
     * A connection that is alive and logged in.
     *
     * @param left the time for it
     */
    SmtpConnection connect(Duration left) throws IOException, MessagingException {
      for (SmtpConnection old = poll(); old != null; old = poll()) {
        old.limit((int) Math.max(1, Math.min(left.toMillis(), 5_000)));
        if (old.idle() < FRESH_NANOS || old.isConnected()) {
          connection = Optional.of(old);
          rested = true;
          return old;
        }
        forget(old);
      }
      rested = false;
      SmtpConnection fresh = server.open(left, this::opening);
      connection = Optional.of(fresh);
      return fresh;
    }

    private void opening(SmtpConnection fresh) {
      lock.lock();
      try {
        open.add(fresh);
        connection = Optional.of(fresh);
        if (closed) {
          fresh.cut();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Whether the connection had been used before. */
    boolean isRested() {
      return rested;
    }

    /** Cuts whatever is under way. For any thread. */
    void cut() {
      lock.lock();
      try {
        connection.ifPresent(SmtpConnection::cut);
      } finally {
        lock.unlock();
      }
    }

    /** The connection is not to be used again. */
    void drop() {
      connection.ifPresent(SmtpPool.this::forget);
      connection = Optional.empty();
    }

    /** Gives the place back, and the connection when it is still good. */
    @Override
    public void close() {
      connection.ifPresent(SmtpPool.this::giveBack);
      connection = Optional.empty();
      lock.lock();
      try {
        used--;
        changed.signal();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits for a place; empty when there was none in time. */
  Optional<Place> place(Duration left) throws InterruptedException {
    long nanos = left.toNanos();
    lock.lockInterruptibly();
    try {
      while (used >= grownLimit()) {
        if (closed || nanos <= 0) {
          return Optional.empty();
        }
        nanos = changed.awaitNanos(nanos);
      }
      if (closed) {
        return Optional.empty();
      }
      used++;
      return Optional.of(new Place());
    } finally {
      lock.unlock();
    }
  }

  private int grownLimit() {
    if (limit < server.url().pool() && System.nanoTime() - calmSince > CALM_NANOS) {
      limit++;
      calmSince = System.nanoTime();
      changed.signal();
    }
    return limit;
  }

  /** The server had enough: half as many connections as there are now, at least one. */
  void slowDown() {
    lock.lock();
    try {
      limit = Math.max(1, Math.min(limit, used) / 2);
      calmSince = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private SmtpConnection poll() {
    lock.lock();
    try {
      return resting.pollLast();
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(SmtpConnection connection) {
    if (connection.messages() >= server.url().perConnection()) {
      forget(connection);
      connection.quit();
      return;
    }
    connection.rest();
    lock.lock();
    try {
      if (!closed) {
        resting.addLast(connection);
        return;
      }
    } finally {
      lock.unlock();
    }
    connection.quit();
  }

  private void forget(SmtpConnection connection) {
    lock.lock();
    try {
      open.remove(connection);
    } finally {
      lock.unlock();
    }
    connection.cut();
  }

  /** Closes those that rested too long; to be called now and then. */
  void sweep() {
    List<SmtpConnection> old = new ArrayList<>();
    lock.lock();
    try {
      while (!resting.isEmpty() && resting.peekFirst().idle() > LONGEST_REST_NANOS) {
        SmtpConnection connection = resting.removeFirst();
        open.remove(connection);
        old.add(connection);
      }
    } finally {
      lock.unlock();
    }
    old.forEach(SmtpConnection::quit);
  }

  /** Closes those that rest; whoever waits gets none; what is under way is cut by {@link #cut}. */
  @Override
  public void close() {
    List<SmtpConnection> left;
    lock.lock();
    try {
      closed = true;
      left = new ArrayList<>(resting);
      resting.clear();
      open.removeAll(left);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(SmtpConnection::quit);
  }

  /** Cuts all that is under way. */
  void cut() {
    lock.lock();
    try {
      open.forEach(SmtpConnection::cut);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nobody uses one. */
  void awaitUnused(Duration limit) throws InterruptedException {
    long nanos = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (used > 0 && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }
}
