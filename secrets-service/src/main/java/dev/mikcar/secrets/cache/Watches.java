package dev.mikcar.secrets.cache;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Change;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a secret to change. A secret that somebody waits for is read from the store in
 * intervals, once for all; other reads and writes through the cache tell of it too.
 */
final class Watches implements SecretCache.Listener, AutoCloseable {
  /** So many secrets can be waited for at once: each costs reads. */
  private static final int MOST = 1000;

  /** The version of a secret that is not there; no store calls one so. */
  private static final String NONE = "";

  private final SecretCache cache;
  private final Cancellable ticks;
  private final Map<SecretName, Set<Watcher>> watchers = new HashMap<>();
  private boolean closed;

  /** One who waits. Guarded by {@link Watches}. */
  private static final class Watcher {
    final MultiEmitter<? super Change> emitter;
    @Nullable String last;

    Watcher(MultiEmitter<? super Change> emitter, @Nullable String last) {
      this.emitter = emitter;
      this.last = last;
    }
  }

  Watches(SecretCache cache, Duration interval) {
    this.cache = cache;
    this.ticks =
        Multi.createFrom()
            .ticks()
            .every(interval)
            .onOverflow()
            .drop()
            .subscribe()
            .with(ignored -> names().forEach(this::look));
  }

  Multi<Change> watch(SecretName name, @Nullable String since) {
    return Multi.createFrom()
        .emitter(emitter -> add(name, emitter, since), BackPressureStrategy.LATEST);
  }

  private void add(SecretName name, MultiEmitter<? super Change> emitter, @Nullable String since) {
    Watcher watcher = new Watcher(emitter, since);
    synchronized (this) {
      if (closed) {
        emitter.complete();
        return;
      }
      if (watchers.size() == MOST && !watchers.containsKey(name)) {
        emitter.fail(new ApiException.BackendUnavailable("too many secrets are watched", 5));
        return;
      }
      var _ = watchers.computeIfAbsent(name, ignored -> new HashSet<>()).add(watcher);
    }
    emitter.onTermination(() -> remove(name, watcher));
    look(name);
  }

  private synchronized void remove(SecretName name, Watcher watcher) {
    watchers.computeIfPresent(
        name, (ignored, all) -> all.remove(watcher) && all.isEmpty() ? null : all);
  }

  private synchronized List<SecretName> names() {
    return List.copyOf(watchers.keySet());
  }

  /** An outage is no change: it is looked at again. */
  private void look(SecretName name) {
    var _ =
        cache
            .get(name, new WantedVersion.Current(), true)
            .subscribe()
            .with(
                found -> seen(name, found.secret().version()),
                failure -> {
                  if (failure instanceof ApiException.NotFound) {
                    seen(name, NONE);
                  }
                });
  }

  private synchronized void seen(SecretName name, String version) {
    // A copy: one who hears of it may go away at once.
    for (Watcher watcher : List.copyOf(watchers.getOrDefault(name, Set.of()))) {
      String last = watcher.last;
      watcher.last = version;
      if (last != null && !last.equals(version)) {
        watcher.emitter.emit(new Change(name, version.equals(NONE) ? null : version));
      }
    }
  }

  @Override
  public void read(Secret current) {
    seen(current.name(), current.version());
  }

  @Override
  public void gone(SecretName name) {
    seen(name, NONE);
  }

  @Override
  public void written(SecretName name) {
    boolean watched;
    synchronized (this) {
      watched = watchers.containsKey(name);
    }
    if (watched) {
      look(name);
    }
  }

  @Override
  public void close() {
    ticks.cancel();
    List<Watcher> all;
    synchronized (this) {
      closed = true;
      all = watchers.values().stream().flatMap(Set::stream).toList();
      watchers.clear();
    }
    all.forEach(watcher -> watcher.emitter.complete());
  }
}
