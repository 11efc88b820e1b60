package dev.mikcar.secrets.store;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One version of a secret, without its value.
 *
 * @param createdAt when it was written; null when the store does not say
 */
public record SecretVersion(String version, @Nullable Instant createdAt, State state) {
  /** What has become of a version. */
  public enum State {
    /** What is read when no version is named. */
    CURRENT,
    /** Can be read by its version. */
    ENABLED,
    /** Kept, but not to be read. */
    DISABLED,
    /** Its value is gone, or will be. */
    DELETED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
