package dev.mikcar.queue.embedded;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of day when it was made, and from then on the time that has really passed: a lease does
 * not end early because somebody sets the clock.
 */
final class SteadyClock implements InstantSource {
  private final Instant began = Instant.now();
  private final long nanos = System.nanoTime();

  @Override
  public Instant instant() {
    return began.plusNanos(System.nanoTime() - nanos);
  }
}
