package dev.mikcar.queue.message;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How messages are sent.
 *
 * @param delay how long nobody gets them, zero or more
 * @param idempotencyKey sending again with the same key to the same queue or topic within {@link
 *     #REMEMBERED} stores nothing and gives the first ids; null when there is none
 */
public record Posting(Duration delay, @Nullable String idempotencyKey) {
  /** How long an idempotency key is known at least, from its first use. */
  public static final Duration REMEMBERED = Duration.ofMinutes(5);

  /** At once, every time. */
  public static final Posting PLAIN = new Posting(Duration.ZERO, null);
}
