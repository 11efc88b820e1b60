package dev.mikcar.sql.database;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a statement or a transaction is run.
 *
 * @param timeout after which the database is told to cancel, waiting for a connection included
 * @param maxRows the most rows of a result, at least 1
 * @param readOnly whether a write is refused
 * @param isolation the level; null: what the database does by default
 * @param distinctNames whether a result with two columns of one name is refused, unexecuted
 * @param caller who asks, for the audit
 */
public record Options(
    Optional<Duration> timeout,
    int maxRows,
    boolean readOnly,
    @Nullable Isolation isolation,
    boolean distinctNames,
    Caller caller) {
  /** The most rows of a result when nothing else is said. */
  public static final int MAX_ROWS = 10_000;

  /**
   * Who asks.
   *
   * @param address where from
   * @param traceId the request
   */
  public record Caller(String address, String traceId) {
    /** The service itself. */
    public static final Caller SELF = new Caller("-", "-");
  }

  /** What the service asks itself, of the catalogue or for health. */
  public static Options internal(Duration timeout) {
    return new Options(Optional.of(timeout), MAX_ROWS, false, null, false, Caller.SELF);
  }

  /** The same, within this time. */
  public Options within(Duration time) {
    return new Options(Optional.of(time), maxRows, readOnly, isolation, distinctNames, caller);
  }

  /** Whether a transaction is needed to keep what is asked for. */
  public boolean needsTransaction() {
    return readOnly || isolation != null;
  }
}
