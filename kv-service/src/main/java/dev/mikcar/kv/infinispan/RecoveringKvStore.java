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
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A store that opens itself beside the rest of the start, and again after it broke, until it
 * succeeds. Operations that come while it is being opened wait for the outcome of that attempt;
 * between attempts they fail at once.
 */
final class RecoveringKvStore implements KvStore {
  private static final Logger LOG = Logger.getLogger(RecoveringKvStore.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final String backend;
  private final Function<Consumer<Throwable>, KvStore> opener;
  private final Thread keeper;
  private volatile CompletableFuture<KvStore> store = new CompletableFuture<>();
  private boolean broken;
  private boolean closed;

  /**
   * @param backend the name, for the log
   * @param opener opens a store, blocking; what it is given is to be told when that store breaks
   */
  RecoveringKvStore(String backend, Function<Consumer<Throwable>, KvStore> opener) {
    this.backend = backend;
    this.opener = opener;
    this.keeper = Thread.ofPlatform().daemon().name("kv-" + backend).start(this::keep);
  }

  /** Opens, waits, closes, opens again. Never interrupted: Infinispan does not take it well. */
  private void keep() {
    while (!isClosed()) {
      KvStore open = attempt(store);
      if (open == null) {
        pause();
      } else {
        awaitEnd();
      }
      store = new CompletableFuture<>();
      if (open != null) {
        quietly(open);
      }
    }
    store.completeExceptionally(unavailable());
  }

  private @Nullable KvStore attempt(CompletableFuture<KvStore> attempt) {
    try {
      KvStore opened = opener.apply(this::breaks);
      attempt.complete(opened);
      return opened;
    } catch (RuntimeException e) {
      LOG.errorf(e, "Cannot open the %s store; trying again", backend);
      attempt.completeExceptionally(unavailable());
      return null;
    }
  }

  private synchronized void breaks(Throwable cause) {
    broken = true;
    notifyAll();
  }

  private synchronized void awaitEnd() {
    while (!broken && !closed) {
      await(0);
    }
    broken = false;
  }

  private synchronized void pause() {
    if (!closed) {
      await(PAUSE.toMillis());
    }
  }

  @SuppressWarnings("WaitNotInLoop") // Its callers loop, or do not care.
  private synchronized void await(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void quietly(KvStore open) {
    try {
      open.close();
    } catch (RuntimeException e) {
      LOG.warnf(e, "The %s store did not close cleanly", backend);
    }
  }

  private <R> Uni<R> with(Function<KvStore, Uni<R>> operation) {
    CompletableFuture<KvStore> current = store;
    if (current.isDone() && !current.isCompletedExceptionally()) {
      return operation.apply(current.join());
    }
    Uni<KvStore> opened = Uni.createFrom().completionStage(current);
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

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      if (!keeper.join(CLOSE_LIMIT)) {
        LOG.warnf("The %s store is still closing", backend);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
