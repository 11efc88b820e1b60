package dev.mikcar.email.mail;

import java.time.Duration;
import java.time.Instant;

/**
 * The circumstances of one message's sending.
 *
 * @param deadline when the sender stops waiting: nothing is begun after it, and what has not come
 *     to its end by then is told as it is
 * @param beforeTheEnd run once, before the server can have accepted the message; when it throws,
 *     the message is not sent. Where it waits, the sending waits
 */
public record Delivery(Instant deadline, Runnable beforeTheEnd) {
  /** What is left of the time; never negative. */
  public Duration left() {
    Duration left = Duration.between(Instant.now(), deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
