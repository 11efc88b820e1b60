package dev.mikcar.kv.store;

/**
 * A value as a store holds it.
 *
 * @param value the value
 * @param fingerprint what tells it from other values, {@link Value#fingerprint()}
 * @param expiresAt when it is gone, milliseconds since the epoch; {@link #NEVER} for never
 */
public record Entry(Value value, String fingerprint, long expiresAt) {
  /** The {@link #expiresAt} of an entry without a ttl. */
  public static final long NEVER = 0;

  /** An entry of this value. */
  public static Entry of(Value value, long expiresAt) {
    return new Entry(value, value.fingerprint(), expiresAt);
  }

  /** The same value with another time to live. */
  public Entry expiringAt(long at) {
    return new Entry(value, fingerprint, at);
  }

  /** Whether an entry that expires then is gone at this time. */
  public static boolean isGone(long expiresAt, long now) {
    return expiresAt != NEVER && expiresAt <= now;
  }
}
