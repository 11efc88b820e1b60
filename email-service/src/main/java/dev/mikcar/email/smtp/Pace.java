package dev.mikcar.email.smtp;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** So many messages in a second, evenly. For use by many at once. */
final class Pace {
  private final long interval;
  private long next = System.nanoTime();

  /**
   * @param perSecond 0: as many as can be
   */
  Pace(int perSecond) {
    this.interval = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  /**
   * Waits for the next turn.
   *
   * @return false, at once, when it would come later than in that time
   */
  boolean await(Duration left) throws InterruptedException {
    if (interval == 0) {
      return true;
    }
    long wait = turn(left.toNanos());
    if (wait < 0) {
      return false;
    }
    TimeUnit.NANOSECONDS.sleep(wait);
    return true;
  }

  private synchronized long turn(long left) {
    long now = System.nanoTime();
    long turn = Math.max(next, now);
    if (turn - now > left) {
      return -1;
    }
    next = turn + interval;
    return turn - now;
  }
}
