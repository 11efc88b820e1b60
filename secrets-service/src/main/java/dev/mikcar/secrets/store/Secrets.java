package dev.mikcar.secrets.store;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Backend;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SecretStore} as callers see it: what they read may have been kept, and they can wait for
 * changes. What is not said here is as there, failures too.
 */
public interface Secrets extends Backend {
  /**
   * Reads a version.
   *
   * @param refresh whether the store is to be asked in any case; then nothing is served past its
   *     time
   */
  Uni<CachedSecret> get(SecretName name, WantedVersion version, boolean refresh);

  /** See {@link SecretStore#create}. */
  Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels);

  /** See {@link SecretStore#update}. */
  Uni<String> update(
      SecretName name,
      SecretValue value,
      @Nullable Map<String, String> labels,
      @Nullable String cas);

  /** See {@link SecretStore#delete}. */
  Uni<Void> delete(SecretName name);

  /** See {@link SecretStore#versions}; asks the store. */
  Uni<List<SecretVersion>> versions(SecretName name);

  /** See {@link SecretStore#exists}; asks the store. */
  Uni<Boolean> exists(SecretName name);

  /** See {@link SecretStore#list}; asks the store. */
  Uni<List<SecretSummary>> list(String prefix);

  /**
   * The changes of a secret, from now on and for as long as somebody listens; of several that come
   * quickly perhaps the last alone. A secret that is not there may be waited for.
   *
   * @param since the version that the caller knows: when another one is current, that is the first
   *     change; null: the one that is current when it is first looked at
   * @return fails with {@link ApiException.BackendUnavailable} when too many are waited for, never
   *     because the store is down; ends with {@link #close}
   */
  Multi<Change> watch(SecretName name, @Nullable String since);
}
