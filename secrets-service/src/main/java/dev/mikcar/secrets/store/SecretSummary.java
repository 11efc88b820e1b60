package dev.mikcar.secrets.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A secret without its value.
 *
 * @param version the current one; null when the store does not say
 * @param createdAt when the secret was made; null when the store does not say
 * @param updatedAt when the current version was written; null when the store does not say
 */
public record SecretSummary(
    SecretName name,
    @Nullable String version,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt) {}
