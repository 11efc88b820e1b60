package dev.mikcar.secrets.store;

import org.jspecify.annotations.Nullable;

/**
 * Another version of a secret is current now.
 *
 * @param version which one; null when there is no such secret any more
 */
public record Change(SecretName name, @Nullable String version) {}
