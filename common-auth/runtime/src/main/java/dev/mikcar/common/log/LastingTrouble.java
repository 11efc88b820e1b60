package dev.mikcar.common.log;

import java.time.Duration;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Trouble that lasts and that every request runs into: said once, again when it is another one, and
 * once more when it is over. So a full disk does not fill with lines that say so. May be used by
 * any thread.
 */
public final class LastingTrouble {
  /** It is said anew after so long, since logs are cut and rotated. */
  private static final Duration REMINDER = Duration.ofHours(1);

  private final Logger log;
  private final String subject;
  private @Nullable String said;
  private long saidAt;

  /**
   * None yet.
   *
   * @param subject what has it, the beginning of each line
   */
  public LastingTrouble(Logger log, String subject) {
    this.log = log;
    this.subject = subject;
  }

  /**
   * There is trouble.
   *
   * @param what the same as long as it is the same
   * @param cause of this time, said with it
   */
  public synchronized void is(String what, Throwable cause) {
    long now = System.nanoTime();
    if (!Objects.equals(what, said) || now - saidAt > REMINDER.toNanos()) {
      said = what;
      saidAt = now;
      log.warnf("%s: %s (%s); said once until it changes", subject, what, cause);
    }
  }

  /** There is none any more. */
  public synchronized void isOver() {
    if (said != null) {
      said = null;
      log.infof("%s: works again", subject);
    }
  }
}
