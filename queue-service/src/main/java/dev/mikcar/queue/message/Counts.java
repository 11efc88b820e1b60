package dev.mikcar.queue.message;

/**
 * How many messages there are.
 *
 * @param ready to be delivered now, or when one with the same ordering key is done
 * @param leased delivered and not yet acknowledged
 * @param delayed to be delivered later
 */
public record Counts(long ready, long leased, long delayed) {
  /** Of a queue that does not exist. */
  public static final Counts NONE = new Counts(0, 0, 0);
}
