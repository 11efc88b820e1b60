package dev.mikcar.secrets.store;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One version of a secret.
 *
 * @param version what the store calls it; opaque
 * @param createdAt when the secret was made; null when the store does not say
 * @param updatedAt when this version was written; null when the store does not say
 * @param labels of the secret, sorted
 */
public record Secret(
    SecretName name,
    String version,
    SecretValue value,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    Map<String, String> labels) {
  public Secret {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }
}
