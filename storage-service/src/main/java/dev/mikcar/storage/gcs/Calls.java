package dev.mikcar.storage.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Calls of the store. They block, so each runs on a virtual thread, and so many at once at most; it
 * is repeated for a while when it fails for a reason that may pass.
 */
final class Calls implements AutoCloseable {
  /** How long most calls may take. */
  static final Duration SHORT = Duration.ofSeconds(10);

  /** As many as there are connections. */
  static final int AT_ONCE = 256;

  private static final Duration TURN = Duration.ofSeconds(8);
  private static final Duration REPEATING = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 4;
  private static final long PAUSE_MILLIS = 200;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore turns = new Semaphore(AT_ONCE, true);
  private final Watchdog watchdog = new Watchdog();

  /** One call, which may be made again. */
  interface Call<T> {
    T run() throws IOException;
  }

  /** Calls that come to nothing but their end. */
  interface Action {
    void run() throws IOException;
  }

  /** Work that goes on after its answer. */
  interface Work<T> {
    void run(UniEmitter<? super T> answer) throws IOException;
  }

  /** What it means for a call to be made twice. */
  enum Twice {
    /** As if it had been made once. */
    SAME,
    /** Its second answer may be an error because of the first, whose answer was lost. */
    DOUBTFUL
  }

  /** Calls that come to one answer. */
  <T> Uni<T> answer(Call<T> call) {
    return work(answer -> answer.complete(call.run()));
  }

  /** Calls that come to no answer. */
  Uni<Void> done(Action action) {
    return this.<Boolean>answer(
            () -> {
              action.run();
              return true;
            })
        .replaceWithVoid();
  }

  /** Its failure is the answer, unless there was one. */
  <T> Uni<T> work(Work<T> work) {
    return Uni.createFrom()
        .emitter(
            answer ->
                threads.execute(
                    () -> {
                      try {
                        inTurn(work, answer);
                      } catch (IOException | RuntimeException e) {
                        answer.fail(GcsErrors.translate(e));
                      }
                    }));
  }

  private <T> void inTurn(Work<T> work, UniEmitter<? super T> answer) throws IOException {
    takeTurn();
    try {
      work.run(answer);
    } finally {
      turns.release();
    }
  }

  private void takeTurn() throws IOException {
    try {
      if (!turns.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ApiException.BackendUnavailable(
            "too many requests are under way between the sidecar and the store", 1);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Makes a call of the store that does not take longer than most, on this thread. */
  <T> T call(Twice twice, Call<T> call) throws IOException {
    return call(twice, SHORT, call);
  }

  /**
   * Makes a call of the store, on this thread, and again when it fails for a reason that may pass.
   *
   * @param limit how long it may take each time
   */
  <T> T call(Twice twice, Duration limit, Call<T> call) throws IOException {
    long begun = System.nanoTime();
    boolean doubtful = false;
    for (int attempt = 1; ; attempt++) {
      try {
        return watchdog.watch(limit, call);
      } catch (IOException e) {
        if (doubtful && isAnswerOfAnother(e)) {
          throw new ApiException.BackendUnavailable(
              "the store broke off; what it was asked for may have been done", 1);
        }
        if (attempt == ATTEMPTS || !mayPass(e) || isLate(begun)) {
          throw e;
        }
        doubtful |= twice == Twice.DOUBTFUL && !isRefusal(e);
        pause(attempt);
      }
    }
  }

  /** Makes a call of the store once. */
  <T> T once(Duration limit, Call<T> call) throws IOException {
    return watchdog.watch(limit, call);
  }

  private static boolean isLate(long begun) {
    return System.nanoTime() - begun + SHORT.toNanos() > REPEATING.toNanos();
  }

  /**
   * Whether another attempt may do better, as https://cloud.google.com/storage/docs/retry-strategy
   * has it.
   */
  static boolean mayPass(IOException e) {
    return switch (e) {
      case HttpResponseException r ->
          // None at all: what came is no answer.
          r.getStatusCode() == 0
              || r.getStatusCode() == 408
              || r.getStatusCode() == 429
              || r.getStatusCode() >= 500;
      case Retryable auth -> auth.isRetryable();
      default -> !Thread.currentThread().isInterrupted();
    };
  }

  /** Whether nothing was done. */
  private static boolean isRefusal(IOException e) {
    return e instanceof HttpResponseException r && r.getStatusCode() == 429;
  }

  private static boolean isAnswerOfAnother(IOException e) {
    return e instanceof HttpResponseException r
        && (r.getStatusCode() == 404 || r.getStatusCode() == 412);
  }

  /** Waits before the next attempt, the longer the more there were. */
  static void pause(int attempts) throws IOException {
    long longest = PAUSE_MILLIS << attempts;
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    IOException e = new InterruptedIOException("the process is ending");
    e.initCause(cause);
    return e;
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    threads.shutdownNow();
    watchdog.close();
  }
}
