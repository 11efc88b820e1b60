package dev.mikcar.secrets.cache;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.CachedSecret;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads of a store, kept for a while. Concurrent reads of what is not kept make one call of the
 * store. While the store cannot be asked, what was kept is served past its time.
 *
 * <p>Safe for any number of threads; nothing blocks. What is served is not changed, until {@link
 * #close} overwrites it.
 */
public final class SecretCache implements AutoCloseable {
  /** How long a store that just failed is not asked again for what is kept. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How long one waits for the store when there is something to serve meanwhile. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** More calls of the store at once are refused. */
  private static final int MOST_CALLS = 256;

  private final SecretStore store;
  private final CacheLimits limits;
  private final Clock clock;
  private final Entries entries;
  private final Flights flights = new Flights();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong failedAt = new AtomicLong(Long.MIN_VALUE / 2);
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** Hears of what the cache learns. Called on any thread, must not block. */
  public interface Listener {
    /** The store gave the current version of a secret. */
    void read(Secret current);

    /** The store says that there is no such secret. */
    void gone(SecretName name);

    /** A secret was written or deleted, through this process or by others. */
    void written(SecretName name);
  }

  public SecretCache(SecretStore store, CacheLimits limits, Clock clock) {
    this.store = store;
    this.limits = limits;
    this.clock = clock;
    this.entries = new Entries(limits.entries(), limits.bytes());
  }

  /** Adds a listener, which stays. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  private boolean isOff() {
    return limits.ttl().isZero();
  }

  /** What is kept and may be served without asking the store. */
  public Optional<CachedSecret> kept(SecretName name, WantedVersion version) {
    Entries.Entry entry = entries.get(new CacheKey(name, version));
    if (entry == null) {
      return Optional.empty();
    }
    long age = age(entry);
    return entry.fresh() && age < limits.ttl().toMillis()
        ? Optional.of(served(entry, CachedSecret.Source.HIT, age))
        : Optional.empty();
  }

  /**
   * Reads a secret.
   *
   * @param refresh whether the store is to be asked in any case; then nothing is served past its
   *     time
   */
  public Uni<CachedSecret> get(SecretName name, WantedVersion version, boolean refresh) {
    return Uni.createFrom().deferred(() -> read(new CacheKey(name, version), refresh));
  }

  private Uni<CachedSecret> read(CacheKey key, boolean refresh) {
    if (isOff()) {
      return limited(key).map(this::fromStore);
    }
    if (!refresh) {
      Optional<CachedSecret> hit = kept(key.name(), key.version());
      if (hit.isPresent()) {
        return Uni.createFrom().item(hit.get());
      }
      if (clock.millis() - failedAt.get() < PAUSE.toMillis()) {
        CachedSecret stale = stale(key);
        if (stale != null) {
          return Uni.createFrom().item(stale);
        }
      }
    }
    Flights.Flight flight = flights.join(key, refresh, this::fly);
    // A copy each: a caller that gives up cancels what it waits for.
    Uni<CachedSecret> answer =
        Uni.createFrom()
            .completionStage(flight.result::copy)
            .onFailure(CompletionException.class)
            .transform(e -> e.getCause() == null ? e : e.getCause())
            .map(this::fromStore);
    return refresh ? answer : orStale(key, answer);
  }

  private Uni<CachedSecret> orStale(CacheKey key, Uni<CachedSecret> answer) {
    Uni<CachedSecret> patient =
        stale(key) == null
            ? answer
            : answer
                .ifNoItem()
                .after(PATIENCE)
                .recoverWithUni(
                    () -> {
                      failedAt.set(clock.millis());
                      CachedSecret stale = stale(key);
                      return stale == null ? answer : Uni.createFrom().item(stale);
                    });
    return patient
        .onFailure(SecretCache::isOutage)
        .recoverWithUni(
            e -> {
              CachedSecret stale = stale(key);
              return stale == null ? Uni.createFrom().failure(e) : Uni.createFrom().item(stale);
            });
  }

  private void fly(Flights.Flight flight) {
    var _ =
        limited(flight.key)
            .subscribe()
            .with(secret -> landed(flight, secret), failure -> failed(flight, failure));
  }

  private void landed(Flights.Flight flight, Secret secret) {
    failedAt.set(Long.MIN_VALUE / 2);
    if (flights.end(flight)) {
      entries.put(new Entries.Entry(flight.key, secret, clock.millis(), true));
      if (flight.key.version() instanceof WantedVersion.Current) {
        listeners.forEach(listener -> listener.read(secret));
      }
    }
    flight.result.complete(secret);
  }

  private void failed(Flights.Flight flight, Throwable failure) {
    boolean counts = flights.end(flight);
    if (isOutage(failure)) {
      failedAt.set(clock.millis());
    } else if (failure instanceof ApiException.NotFound && counts) {
      entries.remove(flight.key);
      if (flight.key.version() instanceof WantedVersion.Current) {
        listeners.forEach(listener -> listener.gone(flight.key.name()));
      }
    }
    flight.result.completeExceptionally(failure);
  }

  /** A call of the store, unless there are too many. */
  private Uni<Secret> limited(CacheKey key) {
    return Uni.createFrom()
        .deferred(
            () -> {
              if (calls.incrementAndGet() > MOST_CALLS) {
                calls.decrementAndGet();
                return Uni.createFrom()
                    .failure(
                        new ApiException.BackendUnavailable(
                            "too many requests wait for the store", 1));
              }
              return store
                  .get(key.name(), key.version())
                  .onTermination()
                  .invoke(calls::decrementAndGet);
            });
  }

  /** Whether the store could not be asked, so that what it said last still holds. */
  static boolean isOutage(Throwable failure) {
    return !(failure instanceof ApiException e) || e.status() >= 500 || e.status() == 429;
  }

  private CachedSecret fromStore(Secret secret) {
    return new CachedSecret(secret, CachedSecret.Source.MISS, Duration.ZERO);
  }

  private @Nullable CachedSecret stale(CacheKey key) {
    Entries.Entry entry = entries.get(key);
    if (entry == null) {
      return null;
    }
    long age = age(entry);
    return age < limits.ttl().plus(limits.stale()).toMillis()
        ? served(entry, CachedSecret.Source.STALE, age)
        : null;
  }

  private static CachedSecret served(Entries.Entry entry, CachedSecret.Source source, long age) {
    return new CachedSecret(entry.secret(), source, Duration.ofMillis(age));
  }

  /** A clock that was set back makes nothing younger than new. */
  private long age(Entries.Entry entry) {
    return Math.max(0, clock.millis() - entry.at());
  }

  /** Drops a secret: it was written, or others changed it. */
  public void drop(SecretName name) {
    flights.outdate(name);
    var _ = entries.remove(name);
    listeners.forEach(listener -> listener.written(name));
  }

  /**
   * A secret may have been written: what is kept of it is served again when the store has confirmed
   * it, or while it cannot be asked.
   */
  public void doubt(SecretName name) {
    flights.outdate(name);
    entries.doubt(name);
  }

  /** What is kept, least recently used first; of the values themselves, not copies. */
  List<Entries.Entry> all() {
    return entries.all();
  }

  /** Keeps what an earlier process left, to be served while the store cannot be asked. */
  void restore(List<Entries.Entry> left) {
    if (!isOff()) {
      left.forEach(entries::put);
    }
  }

  /** How many versions are kept. */
  public int size() {
    return entries.size();
  }

  /** What they take, bytes. */
  public long bytes() {
    return entries.bytes();
  }

  /** Overwrites all that is kept. Nothing is served any more. */
  @Override
  public void close() {
    entries.erase();
  }
}
