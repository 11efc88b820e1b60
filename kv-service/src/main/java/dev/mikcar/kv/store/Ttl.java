package dev.mikcar.kv.store;

import dev.mikcar.common.error.ApiException;
import java.math.BigInteger;

/** What a write does to the time to live of its key. */
public sealed interface Ttl {
  /** The key lives until it is deleted. */
  static Ttl none() {
    return new None();
  }

  /** The key keeps what it has. */
  static Ttl keep() {
    return new Keep();
  }

  /**
   * The key is gone after this time.
   *
   * @throws ApiException.BadRequest when it is not positive, or past the end of time
   */
  static Ttl ofMillis(String field, long millis) {
    if (millis <= 0) {
      throw new ApiException.BadRequest(field + " must be greater than 0");
    }
    if (millis > LIMIT) {
      throw new ApiException.BadRequest(field + " must be at most 10000 years");
    }
    return new For(millis);
  }

  /** As {@link #ofMillis}, in seconds. */
  static Ttl ofSeconds(String field, long seconds) {
    return ofMillis(field, seconds > LIMIT / 1000 ? LIMIT + 1 : seconds * 1000);
  }

  /** The same, of an integer of any size. */
  static Ttl ofSeconds(String field, BigInteger seconds) {
    return ofSeconds(
        field, seconds.min(BigInteger.valueOf(LIMIT)).max(BigInteger.ZERO).longValue());
  }

  /** 10000 years, in milliseconds. */
  long LIMIT = 10_000L * 366 * 24 * 3600 * 1000;

  /** When an entry written now expires. */
  default long expiresAt(long now, long before) {
    return switch (this) {
      case None ignored -> Entry.NEVER;
      case Keep ignored -> before;
      case For time -> now + time.millis();
    };
  }

  /** See {@link #none}. */
  record None() implements Ttl {}

  /** See {@link #keep}. */
  record Keep() implements Ttl {}

  /** See {@link #ofMillis}. */
  record For(long millis) implements Ttl {}
}
