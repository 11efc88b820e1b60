package dev.mikcar.common.service;

import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * A backend that is opened beside the rest of the start, again and again until it succeeds.
 * Operations that come while it is being opened wait for the outcome of that attempt; between
 * attempts they fail at once. A reason is logged when it is another than before, not with each
 * attempt.
 *
 * @param <B> the interface of the service
 */
final class Opening<B extends Backend> implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Opening.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final String name;
  private final Opener<B> opener;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile CompletableFuture<B> backend = new CompletableFuture<>();
  private String lastReason = "";

  /**
   * @param name such as {@code kv}, for the log and for callers
   */
  Opening(String name, Opener<B> opener) {
    this.name = name;
    this.opener = opener;
    this.thread = Thread.ofPlatform().daemon().name("open-" + name).start(this::open);
  }

  private void open() {
    try {
      while (!attempt(backend) && !closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        backend = new CompletableFuture<>();
      }
    } catch (InterruptedException e) {
      LOG.errorf(e, "The backend of %s is not opened", name);
    }
  }

  /** An error too is a reason to try again: a native library that cannot be unpacked is one. */
  private boolean attempt(CompletableFuture<B> attempt) {
    B opened;
    try {
      opened = opener.open();
    } catch (RuntimeException | LinkageError e) {
      say(e);
      attempt.completeExceptionally(unavailable());
      return false;
    }
    if (!lastReason.isEmpty()) {
      LOG.infof("The backend of %s is open now", name);
    }
    attempt.complete(opened);
    return true;
  }

  private void say(Throwable failure) {
    String reason = failure.toString();
    if (!reason.equals(lastReason)) {
      LOG.errorf(
          failure,
          "Cannot open the backend of %s; trying again every %d s",
          name,
          PAUSE.toSeconds());
      lastReason = reason;
    }
  }

  /**
   * Does something with the backend as soon as it is open.
   *
   * @return fails with {@link ApiException.BackendUnavailable} when it cannot be opened now
   */
  <R> Uni<R> with(Function<B, Uni<R>> operation) {
    CompletableFuture<B> current = backend;
    if (current.state() == Future.State.SUCCESS) {
      return operation.apply(current.resultNow());
    }
    // A copy each: a caller that gives up cancels what it waits for.
    Uni<B> opened = Uni.createFrom().completionStage(current::copy);
    return opened.onFailure().transform(e -> unavailable()).flatMap(operation::apply);
  }

  private ApiException unavailable() {
    return new ApiException.BackendUnavailable(
        "the backend of " + name + " cannot be opened; the log says why", (int) PAUSE.toSeconds());
  }

  /** Waits for what is being opened, and closes it. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (backend.state() == Future.State.SUCCESS) {
      backend.resultNow().close();
    }
  }
}
