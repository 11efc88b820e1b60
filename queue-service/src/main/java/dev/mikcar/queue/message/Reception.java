package dev.mikcar.queue.message;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * What a consumer asks for.
 *
 * @param max the most messages, 1 or more
 * @param maxBytes no further message is added once those that are there have so many bytes; the
 *     first one always comes, whatever its size
 * @param lease how long the messages are this consumer's, more than zero
 * @param patience how long it waits for the first one, zero: not at all
 * @param ended completes when the consumer is gone or wants to wait no longer
 */
public record Reception(
    int max, long maxBytes, Duration lease, Duration patience, CompletableFuture<Void> ended) {
  /** How many bytes an answer of several messages has, about, at most. */
  public static final long ENOUGH_BYTES = 16L << 20;

  /** One that does not wait. */
  public static Reception now(int max, Duration lease) {
    return new Reception(max, ENOUGH_BYTES, lease, Duration.ZERO, new CompletableFuture<>());
  }
}
