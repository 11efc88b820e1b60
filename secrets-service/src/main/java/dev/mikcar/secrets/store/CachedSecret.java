package dev.mikcar.secrets.store;

import java.time.Duration;

/**
 * A secret as it is served.
 *
 * @param age how long ago the store gave it
 */
public record CachedSecret(Secret secret, Source source, Duration age) {
  /** Where it is from. */
  public enum Source {
    /** It was kept, and its time is not over. */
    HIT,
    /** The store gave it just now. */
    MISS,
    /** It was kept, its time is over, and the store cannot be asked. */
    STALE
  }
}
