package dev.mikcar.sql.script;

import com.sun.management.ThreadMXBean;
import dev.mikcar.common.error.ApiException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One script on its way: run on its own thread, watched from another. Its outcome is known when it
 * has ended, or soon after it went past a limit, whether its thread has noticed or not.
 */
final class ScriptRun {
  private static final Logger LOG = Logger.getLogger(ScriptRun.class);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** How long a script that was cancelled may take to notice. */
  private static final long GRACE_NANOS = 300_000_000L;

  private final CompletableFuture<ScriptOutcome> outcome = new CompletableFuture<>();
  private final ScriptTransaction transaction;
  private final ScriptLimits limits;
  private final long start = System.nanoTime();
  private @Nullable Context context;
  private @Nullable Thread thread;
  private long allocatedBefore;
  private @Nullable ApiException exceeded;
  private long exceededAt;
  private boolean answered;
  private long waited;
  private long waitingSince;
  private boolean waiting;

  /** Told when its thread does not notice that it is to end, and when it has. */
  private final Consumer<Boolean> late;

  ScriptRun(ScriptTransaction transaction, ScriptLimits limits, Consumer<Boolean> late) {
    this.transaction = transaction;
    this.limits = limits;
    this.late = late;
  }

  CompletableFuture<ScriptOutcome> outcome() {
    return outcome;
  }

  /** Runs it on this thread. */
  void run(Sandbox sandbox, SourceCache sources, String script, String input) {
    SqlBridge bridge = new SqlBridge(transaction, limits.statements(), this::waiting);
    Throwable failure = null;
    String result = "null";
    try (Context opened = sandbox.open()) {
      begin(opened);
      sandbox.prepare(opened, bridge, input).execute(sources.get(script, opened).in(opened));
      result = bridge.outcome();
    } catch (PolyglotException e) {
      failure = translate(e);
    } catch (ApiException e) {
      failure = e;
    } catch (OutOfMemoryError e) {
      failure = memory();
    } catch (RuntimeException | Error e) {
      LOG.error("A script failed in a way that is not its own", e);
      failure = new ApiException.Internal();
    } finally {
      ended();
    }
    ApiException limit = exceeded();
    finish(limit == null ? failure : limit, result, bridge.queries());
  }

  private ApiException translate(PolyglotException e) {
    ApiException limit = exceeded();
    if (limit != null) {
      return limit;
    }
    if (e.isInternalError()
        || (e.isHostException() && !(e.asHostException() instanceof IllegalStateException))) {
      LOG.error("A script failed in a way that is not its own", e);
      return new ApiException.Internal();
    }
    return ScriptErrors.of(e);
  }

  private void finish(@Nullable Throwable failure, String result, int queries) {
    var _ =
        transaction
            .end(failure)
            .whenComplete(
                (_, e) -> {
                  if (e == null) {
                    outcome.complete(new ScriptOutcome(result, queries));
                  } else {
                    outcome.completeExceptionally(e);
                  }
                });
  }

  /** Waiting for the database, for a session of it or a lock, is not computing. */
  private synchronized void waiting(boolean begins) {
    long now = System.nanoTime();
    if (!begins) {
      waited += now - waitingSince;
    }
    waitingSince = now;
    waiting = begins;
  }

  private long computed() {
    long now = System.nanoTime();
    return now - start - waited - (waiting ? now - waitingSince : 0);
  }

  private synchronized void begin(Context opened) {
    if (outcome.isDone()) {
      throw gone();
    }
    context = opened;
    thread = Thread.currentThread();
    allocatedBefore = THREADS.getThreadAllocatedBytes(thread.threadId());
  }

  private void ended() {
    boolean wasLate;
    synchronized (this) {
      context = null;
      thread = null;
      wasLate = answered;
    }
    if (wasLate) {
      late.accept(false);
    }
  }

  /** Bytes allocated up to now; none of a script that is to end already. */
  synchronized long allocated() {
    return thread == null || exceeded != null
        ? 0
        : THREADS.getThreadAllocatedBytes(thread.threadId()) - allocatedBefore;
  }

  private synchronized @Nullable ApiException exceeded() {
    return exceeded;
  }

  private ApiException memory() {
    return ScriptErrors.limit("the script allocates more than " + (limits.memory() >> 20) + " MiB");
  }

  /** Looks whether it is past a limit; from time to time, on the thread of the watch. */
  void watch() {
    boolean answer = false;
    ApiException limit = null;
    synchronized (this) {
      if (thread == null) {
        return;
      }
      if (exceeded != null) {
        answer = !answered && System.nanoTime() - exceededAt > GRACE_NANOS;
        answered |= answer;
        limit = exceeded;
      } else if (computed() > limits.time().toNanos()) {
        limit = ScriptErrors.timeout(limits.time().toMillis());
      } else if (allocated() > limits.memory()) {
        limit = memory();
      } else {
        return;
      }
    }
    if (answer) {
      // Answered now; the thread is rid of when it gets to a point where it can be stopped.
      late.accept(true);
      finish(limit, "null", 0);
    } else {
      end(limit);
    }
  }

  /** Cancels it, for this reason; no more than once. */
  void end(ApiException reason) {
    Context ending;
    synchronized (this) {
      if (exceeded != null || context == null) {
        return;
      }
      exceeded = reason;
      exceededAt = System.nanoTime();
      ending = context;
    }
    // Waits until the script has noticed, so not here.
    Thread.ofVirtual().name("script-cancel").start(() -> cancel(ending));
  }

  /** Nobody waits for it any more: it ends, or does not begin, and what it did is undone. */
  void abandon() {
    if (outcome.completeExceptionally(gone())) {
      transaction.interrupt();
      end(gone());
    }
  }

  private static ApiException gone() {
    return new ApiException.BackendUnavailable("the caller went away", 1);
  }

  private static void cancel(Context context) {
    try {
      context.close(true);
    } catch (PolyglotException e) {
      LOG.debug("A script was cancelled", e);
    }
  }
}
