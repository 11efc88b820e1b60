package dev.mikcar.common.work;

import dev.mikcar.common.error.ApiException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a computation that nobody wants its result any more: its time is up, its caller went away,
 * or the process ends. Whatever may compute longer than a few milliseconds asks {@link #check()}
 * every so often; that costs about as much as reading the clock. Safe for use by several threads.
 */
public final class Cancellation {
  private final long limitNanos;
  private final long start = System.nanoTime();
  private final BooleanSupplier processEnds;
  private final BooleanSupplier callerGone;
  private volatile @Nullable ApiException reason;

  /**
   * For one computation, which begins now.
   *
   * @param limit how long it may take
   * @param processEnds whether the process is about to end and does not wait any longer
   */
  public Cancellation(Duration limit, BooleanSupplier processEnds) {
    this(limit, processEnds, () -> false);
  }

  /**
   * For one computation of a caller, which begins now.
   *
   * @param callerGone whether nobody waits for the answer any more; asked from any thread
   */
  public Cancellation(Duration limit, BooleanSupplier processEnds, BooleanSupplier callerGone) {
    this.callerGone = callerGone;
    this.limitNanos = limit.toNanos();
    this.processEnds = processEnds;
  }

  /** Never cancelled by itself: for work that no request asked for, and for tests. */
  public static Cancellation none() {
    return new Cancellation(Duration.ofNanos(Long.MAX_VALUE), () -> false);
  }

  /** Ends the computation for this reason, unless it has ended for another. */
  public synchronized void cancel(ApiException why) {
    if (reason == null) {
      reason = why;
    }
  }

  /**
   * Goes on when the result is still wanted.
   *
   * @throws ApiException what to answer, if there is still somebody to be answered
   */
  public void check() {
    ApiException why = reason();
    if (why != null) {
      throw why;
    }
  }

  /** Why the computation should end; null while it should go on. */
  public @Nullable ApiException reason() {
    if (reason == null) {
      if (System.nanoTime() - start > limitNanos) {
        cancel(tooLong(limitNanos / 1_000_000));
      } else if (callerGone.getAsBoolean()) {
        cancel(new ApiException.BackendUnavailable("the caller went away", 1));
      } else if (processEnds.getAsBoolean()) {
        cancel(new ApiException.BackendUnavailable("this process is shutting down", 1));
      }
    }
    return reason;
  }

  /** What is answered when a request took longer than it may. */
  public static ApiException tooLong(long limitMillis) {
    return new ApiException.BackendTimeout("the request took longer than " + limitMillis + " ms");
  }
}
