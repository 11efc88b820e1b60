package dev.mikcar.kv.store;

/**
 * A value as a store holds it.
 *
 * @param value the value
 * @param etag its entity tag, {@link Value#etag()}
 * @param expiresAt when it is gone, milliseconds since the epoch; {@link #NEVER} for never
 */
public record Entry(Value value, String etag, long expiresAt) {
  /** The {@link #expiresAt} of an entry without a ttl. */
  public static final long NEVER = 0;

  /** An entry of this value. */
  public static Entry of(Value value, long expiresAt) {
    return new Entry(value, value.etag(), expiresAt);
  }

  /** The same value with another time to live. */
  public Entry expiringAt(long at) {
    return new Entry(value, etag, at);
  }

  /** Whether an entry that expires then is gone at this time. */
  public static boolean isGone(long expiresAt, long now) {
    return expiresAt != NEVER && expiresAt <= now;
  }
}
