package dev.mikcar.queue.message;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a consumer asks for.
 *
 * @param max the most messages, 1 or more
 * @param maxBytes no further message is added once those that are there have so many bytes; the
 *     first one always comes, whatever its size
 * @param lease how long the messages are this consumer's, more than zero
 * @param patience how long it waits for the first one, zero: not at all
 * @param ended completes when the consumer is gone or wants to wait no longer
 * @param admission asked before the messages are brought into memory
 */
public record Reception(
    int max,
    long maxBytes,
    Duration lease,
    Duration patience,
    CompletableFuture<Void> ended,
    Admission admission) {
  /** Room in memory for messages on their way to a consumer. */
  @FunctionalInterface
  public interface Admission {
    /** For whom memory is no matter. */
    Admission FREE = _ -> CompletableFuture.completedStage(true);

    /**
     * Asks for room, once for all messages of an answer.
     *
     * @return completes when there is room; when it fails, the messages go back and the consumer is
     *     told
     */
    CompletionStage<Boolean> admit(long bytes);
  }

  /** How many bytes an answer of several messages has, about, at most. */
  public static final long ENOUGH_BYTES = 16L << 20;

  /** One that does not wait. */
  public static Reception now(int max, Duration lease) {
    return new Reception(
        max, ENOUGH_BYTES, lease, Duration.ZERO, new CompletableFuture<>(), Admission.FREE);
  }
}
