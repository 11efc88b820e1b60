package dev.mikcar.common.memory;

import dev.mikcar.common.error.ApiException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The part of the heap that requests under way may hold together, whatever the service: bodies that
 * are read, writes that wait, parts of uploads. There is one in a process. Whoever finds no room
 * waits, before anything of its caller is read, so that the caller waits too; after a while it is
 * refused. Those who want much are served in the order they came; those who want little have an
 * eighth for themselves and wait only for each other, so that large bodies cannot keep out small
 * ones.
 *
 * <p>Whoever has a share must not wait for another one, since two who do would wait for each other:
 * {@link Share#tryMore(long)} does not wait. The one exception is who has a little and wants much,
 * once. Safe for use by several threads.
 */
@Singleton
public final class MemoryBudget {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int RETRY_SECONDS = 5;

  /** The most that counts as little, bytes; of a small heap, a 64th of the budget. */
  public static final int LITTLE = 64 << 10;

  private final long total;
  private final long little;
  private final long reserve;
  private final Duration patience;
  private final Lock lock = new ReentrantLock();
  private final Queue<Waiter> wantLittle = new ArrayDeque<>();
  private final Queue<Waiter> wantMuch = new ArrayDeque<>();
  private long free;

  /** A quarter of the heap, and a patience of 10 s. */
  @Inject
  public MemoryBudget() {
    this(Runtime.getRuntime().maxMemory() / 4, PATIENCE);
  }

  /**
   * So much memory.
   *
   * @param bytes 1024 or more
   * @param patience how long somebody waits for a share
   */
  public MemoryBudget(long bytes, Duration patience) {
    this.total = bytes;
    this.little = Math.min(LITTLE, bytes / 64);
    this.reserve = bytes / 8;
    this.free = bytes;
    this.patience = patience;
  }

  /**
   * A share, which one must be able to end with. Never blocks.
   *
   * @param bytes how much; what is more than there is at all is all of it
   * @return completes at once when there is room, else on any thread; fails with {@link
   *     ApiException.BackendUnavailable} when there was none in time. Whoever cancels it gets none
   */
  public CompletableFuture<Share> request(long bytes) {
    long wanted = clamp(bytes);
    Waiter waiter = new Waiter(wanted);
    lock.lock();
    try {
      if (queue(wanted).isEmpty() && fits(wanted)) {
        free -= wanted;
        return CompletableFuture.completedFuture(new Share(wanted));
      }
      queue(wanted).add(waiter);
    } finally {
      lock.unlock();
    }
    Executor later = CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS);
    later.execute(() -> giveUp(waiter));
    return waiter.share;
  }

  /**
   * A share, as {@link #request(long)} gives it. Blocks, so it is for a virtual thread.
   *
   * @throws ApiException.BackendUnavailable when none became free in time, or the thread was
   *     interrupted
   */
  public Share take(long bytes) {
    CompletableFuture<Share> share = request(bytes);
    try {
      return share.get();
    } catch (InterruptedException e) {
      if (!share.cancel(false)) {
        share.join().close();
      }
      Thread.currentThread().interrupt();
      throw none();
    } catch (ExecutionException | CancellationException e) {
      throw none();
    }
  }

  /** How much there is in all, bytes. */
  public long total() {
    return total;
  }

  /** How much is not taken, bytes. */
  public long free() {
    lock.lock();
    try {
      return free;
    } finally {
      lock.unlock();
    }
  }

  private static ApiException none() {
    return new ApiException.BackendUnavailable(
        "requests under way hold all the memory that the sidecar has for them", RETRY_SECONDS);
  }

  private long clamp(long bytes) {
    long wanted = Math.max(bytes, 1);
    return wanted <= little ? wanted : Math.min(wanted, total - reserve);
  }

  private Queue<Waiter> queue(long wanted) {
    return wanted <= little ? wantLittle : wantMuch;
  }

  private boolean fits(long wanted) {
    return wanted <= (wanted <= little ? free : free - reserve);
  }

  private void giveUp(Waiter waiter) {
    lock.lock();
    try {
      queue(waiter.wanted).remove(waiter);
    } finally {
      lock.unlock();
    }
    waiter.share.completeExceptionally(none());
  }

  private void release(long bytes) {
    List<Waiter> served = new ArrayList<>();
    lock.lock();
    try {
      free += bytes;
      serve(wantLittle, served);
      serve(wantMuch, served);
    } finally {
      lock.unlock();
    }
    // Outside of the lock, for what waits runs here.
    for (Waiter waiter : served) {
      if (!waiter.share.complete(new Share(waiter.wanted))) {
        release(waiter.wanted);
      }
    }
  }

  private void serve(Queue<Waiter> queue, List<Waiter> served) {
    Waiter next = queue.peek();
    while (next != null && fits(next.wanted)) {
      free -= next.wanted;
      served.add(queue.remove());
      next = queue.peek();
    }
  }

  private static final class Waiter {
    private final long wanted;
    private final CompletableFuture<Share> share = new CompletableFuture<>();

    Waiter(long wanted) {
      this.wanted = wanted;
    }
  }

  /**
   * What one request may hold; to be closed when it holds nothing any more, from any thread, more
   * than once if need be.
   */
  public final class Share implements AutoCloseable {
    private long taken;
    private boolean closed;

    private Share(long taken) {
      this.taken = taken;
    }

    /** More for the same request, if it is free now. */
    public boolean tryMore(long bytes) {
      long wanted = clamp(bytes);
      lock.lock();
      try {
        if (closed || !fits(wanted)) {
          return false;
        }
        free -= wanted;
        taken += wanted;
        return true;
      } finally {
        lock.unlock();
      }
    }

    /** Takes over what another share holds, which is closed then. */
    public void absorb(Share other) {
      lock.lock();
      try {
        if (!closed && !other.closed) {
          taken += other.taken;
          other.taken = 0;
        }
      } finally {
        lock.unlock();
      }
      other.close();
    }

    /** Gives back what is more than so much. */
    public void shrinkTo(long bytes) {
      long over;
      lock.lock();
      try {
        over = Math.max(0, taken - bytes);
        taken -= over;
      } finally {
        lock.unlock();
      }
      if (over > 0) {
        release(over);
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        closed = true;
      } finally {
        lock.unlock();
      }
      shrinkTo(0);
    }
  }
}
