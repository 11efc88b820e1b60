package dev.mikcar.sqlite;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether writes work. Says so in the log when it changes, and not more often than every ten
 * seconds. Told by the thread that writes, asked by any.
 */
final class WriterHealth {
  private static final Logger LOG = Logger.getLogger(WriterHealth.class);
  private static final String FULL = "the disk is full";
  private static final long PAUSE_NANOS = 10_000_000_000L;

  private final String name;
  private @Nullable String said;
  private long saidAt = System.nanoTime() - PAUSE_NANOS;

  private volatile boolean working = true;
  private volatile long workedAt = System.nanoTime() - PAUSE_NANOS;

  /** The most bytes that found no room, since as many did; 0 when there is room. */
  private volatile int refused;

  WriterHealth(String name) {
    this.name = name;
  }

  /** Whether a write succeeded so short a time ago, and none failed since. */
  boolean workedWithin(long nanos) {
    return working && refused == 0 && System.nanoTime() - workedAt < nanos;
  }

  /** See the field. */
  int refused() {
    return refused;
  }

  /** A write of so many bytes succeeded. */
  void worked(int bytes) {
    workedAt = System.nanoTime();
    working = true;
    if (bytes >= refused) {
      refused = 0;
      if (said != null && mayTell()) {
        LOG.infof("The %s store can write again", name);
        said = null;
      }
    }
  }

  /** There was no room for a write of so many bytes. */
  void full(int bytes) {
    working = false;
    refused = Math.max(refused, Math.max(bytes, 1));
    if (!FULL.equals(said) && mayTell()) {
      said = FULL;
      LOG.errorf("The %s store: %s; writes are refused, deletions are not", name, FULL);
    }
  }

  /** A write failed for another reason. */
  void failed(Exception e) {
    working = false;
    String reason = String.valueOf(e.getMessage());
    if (!reason.equals(said) && mayTell()) {
      said = reason;
      LOG.errorf(e, "The %s store cannot write", name);
    }
  }

  private boolean mayTell() {
    long now = System.nanoTime();
    if (now - saidAt < PAUSE_NANOS) {
      return false;
    }
    saidAt = now;
    return true;
  }
}
