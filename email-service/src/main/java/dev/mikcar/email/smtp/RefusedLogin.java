package dev.mikcar.email.smtp;

import dev.mikcar.common.error.ApiException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The last refusal of our login. Readiness asks every few seconds, and a server locks an account
 * that is tried with a wrong password so often: so it asks once a minute then. For use by many at
 * once.
 */
final class RefusedLogin {
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private record Refusal(ApiException why, long at) {}

  private volatile @Nullable Refusal last;

  void is(ApiException why) {
    last = new Refusal(why, System.nanoTime());
  }

  /** A login was accepted. */
  void isOver() {
    last = null;
  }

  /**
   * @throws ApiException the refusal, when it is not older than a minute
   */
  void throwIfRecent() {
    Refusal refusal = last;
    if (refusal != null && System.nanoTime() - refusal.at() < PAUSE_NANOS) {
      throw refusal.why();
    }
  }
}
