package dev.mikcar.secrets.memory;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Listing;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.SecretVersion;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that end with the process. Versions are numbers from 1; the last {@link #VERSIONS} of
 * each secret are kept. Deleting is for good.
 */
public final class MemorySecretStore implements SecretStore {
  /** As many as Vault keeps when it is not told otherwise. */
  static final int VERSIONS = 10;

  private static final int OVERHEAD = 256;

  private final long capacity;
  private final TreeMap<SecretName, Stored> secrets = new TreeMap<>();
  private long used;

  private record Version(long number, SecretValue value, Instant at) {}

  /** One secret; guarded by the store. */
  private static final class Stored {
    final Instant createdAt;
    final Deque<Version> versions = new ArrayDeque<>();
    Map<String, String> labels;

    Stored(Instant createdAt, Map<String, String> labels) {
      this.createdAt = createdAt;
      this.labels = labels;
    }

    Version current() {
      return versions.getLast();
    }
  }

  /**
   * @param capacity what values, names and labels may take, bytes
   */
  public MemorySecretStore(long capacity) {
    this.capacity = capacity;
  }

  /** With an eighth of the heap. */
  public static MemorySecretStore ofAnEighthOfTheHeap() {
    return new MemorySecretStore(Runtime.getRuntime().maxMemory() / 8);
  }

  private synchronized <T> T locked(Supplier<T> work) {
    return work.get();
  }

  private <T> Uni<T> done(Supplier<T> work) {
    return Uni.createFrom().item(() -> locked(work));
  }

  private Stored stored(SecretName name) {
    Stored stored = secrets.get(name);
    if (stored == null) {
      throw SecretStore.notFound();
    }
    return stored;
  }

  @Override
  public Uni<Secret> get(SecretName name, WantedVersion wanted) {
    return done(
        () -> {
          Stored stored = stored(name);
          Version version = find(stored, wanted);
          return new Secret(
              name,
              Long.toString(version.number()),
              version.value().copy(),
              stored.createdAt,
              version.at(),
              stored.labels);
        });
  }

  private static Version find(Stored stored, WantedVersion wanted) {
    Iterator<Version> newestFirst = stored.versions.descendingIterator();
    Version current = newestFirst.next();
    return switch (wanted) {
      case WantedVersion.Current() -> current;
      case WantedVersion.Previous() when newestFirst.hasNext() -> newestFirst.next();
      case WantedVersion.Previous() -> throw SecretStore.noVersion();
      case WantedVersion.Exact(String id) ->
          stored.versions.stream()
              .filter(version -> Long.toString(version.number()).equals(id))
              .findFirst()
              .orElseThrow(SecretStore::noVersion);
    };
  }

  @Override
  public Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels) {
    return done(
        () -> {
          if (secrets.containsKey(name)) {
            throw SecretStore.exists();
          }
          Stored stored = new Stored(now(), labels);
          charge(cost(name, labels) + cost(value));
          secrets.put(name, stored);
          return add(stored, value);
        });
  }

  @Override
  public Uni<String> update(
      SecretName name,
      SecretValue value,
      @Nullable Map<String, String> labels,
      @Nullable String cas) {
    return done(
        () -> {
          Stored stored = stored(name);
          if (cas != null && !cas.equals(Long.toString(stored.current().number()))) {
            throw SecretStore.otherVersion();
          }
          charge(
              cost(value) + (labels == null ? 0 : cost(name, labels) - cost(name, stored.labels)));
          stored.labels = labels == null ? stored.labels : labels;
          return add(stored, value);
        });
  }

  private String add(Stored stored, SecretValue value) {
    long number = stored.versions.isEmpty() ? 1 : stored.current().number() + 1;
    stored.versions.addLast(new Version(number, value.copy(), now()));
    if (stored.versions.size() > VERSIONS) {
      forget(stored.versions.removeFirst());
    }
    return Long.toString(number);
  }

  private void charge(long bytes) {
    if (used + bytes > capacity) {
      throw new ApiException.BackendUnavailable("the memory of the secrets is full", 5);
    }
    used += bytes;
  }

  private void forget(Version version) {
    used -= cost(version.value());
    version.value().erase();
  }

  private static long cost(SecretValue value) {
    return value.length() + (long) OVERHEAD;
  }

  private static long cost(SecretName name, Map<String, String> labels) {
    long cost = OVERHEAD + 2L * name.text().length();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      cost += OVERHEAD + 2L * (label.getKey().length() + label.getValue().length());
    }
    return cost;
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public Uni<Void> delete(SecretName name) {
    return this.<Boolean>done(
            () -> {
              Stored stored = stored(name);
              secrets.remove(name);
              used -= cost(name, stored.labels);
              stored.versions.forEach(this::forget);
              return true;
            })
        .replaceWithVoid();
  }

  @Override
  public Uni<List<SecretVersion>> versions(SecretName name) {
    return done(
        () -> {
          Stored stored = stored(name);
          List<SecretVersion> versions = new ArrayList<>();
          stored
              .versions
              .descendingIterator()
              .forEachRemaining(
                  version ->
                      versions.add(
                          new SecretVersion(
                              Long.toString(version.number()),
                              version.at(),
                              versions.isEmpty()
                                  ? SecretVersion.State.CURRENT
                                  : SecretVersion.State.ENABLED)));
          return List.copyOf(versions);
        });
  }

  @Override
  public Uni<List<SecretSummary>> list(String prefix) {
    return done(
        () -> {
          Listing listing = new Listing();
          secrets.forEach(
              (name, stored) -> {
                if (name.text().startsWith(prefix)) {
                  listing.add(
                      new SecretSummary(
                          name,
                          Long.toString(stored.current().number()),
                          stored.createdAt,
                          stored.current().at()));
                }
              });
          return listing.sorted();
        });
  }

  @Override
  public Uni<Void> ping() {
    return Uni.createFrom().voidItem();
  }

  @Override
  public synchronized void close() {
    secrets.values().forEach(stored -> stored.versions.forEach(v -> v.value().erase()));
    secrets.clear();
  }
}
