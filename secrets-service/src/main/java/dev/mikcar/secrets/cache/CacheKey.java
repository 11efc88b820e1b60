package dev.mikcar.secrets.cache;

import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.WantedVersion;

/** What a read asks for. */
record CacheKey(SecretName name, WantedVersion version) {}
