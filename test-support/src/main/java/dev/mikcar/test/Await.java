package dev.mikcar.test;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what happens soon, instead of sleeping for as long as it may take. */
public final class Await {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Await() {}

  /**
   * Returns as soon as the condition holds; it is asked at once and then every 20 ms, on this
   * thread.
   *
   * @param what the condition in words, for the failure: "the message is delivered"
   * @throws AssertionError if it does not hold within the limit
   */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    until(() -> what, limit, condition);
  }

  /** As above, with words that are only known at the failure. */
  static void until(Supplier<String> what, Duration limit, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new AssertionError("Waited " + limit + " in vain until: " + what.get());
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while waiting until: " + what.get(), e);
      }
    }
  }
}
