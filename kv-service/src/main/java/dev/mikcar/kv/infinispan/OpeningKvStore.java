package dev.mikcar.kv.infinispan;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Glob;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * A store that is opened beside the rest of the start, again and again until it succeeds.
 * Operations that come while it is being opened wait for the outcome of that attempt; between
 * attempts they fail at once.
 */
final class OpeningKvStore implements KvStore {
  private static final Logger LOG = Logger.getLogger(OpeningKvStore.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final String backend;
  private final Supplier<KvStore> opener;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile CompletableFuture<KvStore> store = new CompletableFuture<>();

  /**
   * @param backend the name, for the log
   * @param opener opens a store, blocking
   */
  OpeningKvStore(String backend, Supplier<KvStore> opener) {
    this.backend = backend;
    this.opener = opener;
    this.thread = Thread.ofPlatform().daemon().name("kv-" + backend).start(this::open);
  }

  private void open() {
    try {
      while (!attempt(store) && !closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        store = new CompletableFuture<>();
      }
    } catch (InterruptedException e) {
      LOG.errorf(e, "The %s store is not opened", backend);
    }
  }

  private boolean attempt(CompletableFuture<KvStore> attempt) {
    try {
      attempt.complete(opener.get());
      return true;
    } catch (RuntimeException e) {
      LOG.errorf(e, "Cannot open the %s store; trying again", backend);
      attempt.completeExceptionally(unavailable());
      return false;
    }
  }

  private <R> Uni<R> with(Function<KvStore, Uni<R>> operation) {
    CompletableFuture<KvStore> current = store;
    if (current.isDone() && !current.isCompletedExceptionally()) {
      return operation.apply(current.join());
    }
    // A copy each: a caller that gives up cancels what it waits for.
    Uni<KvStore> opened = Uni.createFrom().completionStage(current::copy);
    return opened.onFailure().transform(e -> unavailable()).flatMap(operation::apply);
  }

  private static ApiException unavailable() {
    return new ApiException.BackendUnavailable(
        "the kv store cannot be opened; the log says why", (int) PAUSE.toSeconds());
  }

  @Override
  public Uni<Optional<Entry>> get(Key key) {
    return with(s -> s.get(key));
  }

  @Override
  public Uni<Optional<String>> set(Key key, Value value, Ttl ttl, Condition condition) {
    return with(s -> s.set(key, value, ttl, condition));
  }

  @Override
  public Uni<Deletion> delete(Key key, Condition condition) {
    return with(s -> s.delete(key, condition));
  }

  @Override
  public Uni<Long> increment(Key key, long by) {
    return with(s -> s.increment(key, by));
  }

  @Override
  public Uni<OptionalLong> expiresAt(Key key) {
    return with(s -> s.expiresAt(key));
  }

  @Override
  public Uni<Boolean> expire(Key key, Ttl ttl) {
    return with(s -> s.expire(key, ttl));
  }

  @Override
  public Uni<KeyPage> keys(Glob glob, int limit) {
    return with(s -> s.keys(glob, limit));
  }

  @Override
  public Uni<KeyPage> scan(Glob glob, int count, Optional<Key> after) {
    return with(s -> s.scan(glob, count, after));
  }

  @Override
  public Uni<Void> ping() {
    return with(KvStore::ping);
  }

  /** Waits for what is being opened, and for what is being written. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (store.state() == Future.State.SUCCESS) {
      store.join().close();
    }
  }
}
