package dev.mikcar.secrets.cache;

import dev.mikcar.secrets.store.CachedSecret;
import dev.mikcar.secrets.store.Change;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.SecretVersion;
import dev.mikcar.secrets.store.Secrets;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A store behind its cache. Writes through it are seen by the next read. */
public final class CachingSecrets implements Secrets {
  private final SecretStore store;
  private final SecretCache cache;
  private final Watches watches;
  private final @Nullable KeptCache kept;

  /**
   * Where the cache is kept when the process ends.
   *
   * @param key 32 bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record OnDisk(Path file, byte[] key) {
    @Override
    public String toString() {
      return "OnDisk[" + file + "]";
    }
  }

  /**
   * @param identity what tells the store from others, for the file of the cache
   * @param watching how often a secret is looked at that somebody waits for
   * @param onDisk null: the cache ends with the process
   */
  public CachingSecrets(
      SecretStore store,
      String identity,
      CacheLimits limits,
      Duration watching,
      @Nullable OnDisk onDisk) {
    this.store = store;
    this.cache = new SecretCache(store, limits, Clock.systemUTC());
    this.watches = new Watches(cache, watching);
    this.kept = onDisk == null ? null : new KeptCache(cache, onDisk.file(), onDisk.key(), identity);
    cache.listen(watches);
    store.tell(cache::drop);
  }

  @Override
  public Uni<CachedSecret> get(SecretName name, WantedVersion version, boolean refresh) {
    return cache.get(name, version, refresh);
  }

  @Override
  public Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels) {
    return written(name, store.create(name, value, labels));
  }

  @Override
  public Uni<String> update(
      SecretName name,
      SecretValue value,
      @Nullable Map<String, String> labels,
      @Nullable String cas) {
    return written(name, store.update(name, value, labels, cas));
  }

  @Override
  public Uni<Void> delete(SecretName name) {
    return written(name, store.delete(name));
  }

  /** A write of which nobody knows whether it happened makes what is kept doubtful, not wrong. */
  private <T> Uni<T> written(SecretName name, Uni<T> write) {
    return write
        .onTermination()
        .invoke(
            (result, failure, cancelled) -> {
              if (failure == null && !cancelled) {
                cache.drop(name);
              } else {
                cache.doubt(name);
              }
            });
  }

  @Override
  public Uni<List<SecretVersion>> versions(SecretName name) {
    return store.versions(name);
  }

  @Override
  public Uni<Boolean> exists(SecretName name) {
    return store.exists(name);
  }

  @Override
  public Uni<List<SecretSummary>> list(String prefix) {
    return store.list(prefix);
  }

  @Override
  public Multi<Change> watch(SecretName name, @Nullable String since) {
    return watches.watch(name, since);
  }

  @Override
  public Uni<Void> ping() {
    return store.ping();
  }

  @Override
  public void close() {
    watches.close();
    store.close();
    if (kept != null) {
      kept.close();
    }
    cache.close();
  }
}
