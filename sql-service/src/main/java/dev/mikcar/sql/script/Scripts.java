package dev.mikcar.sql.script;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.SqlDatabase;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs scripts, a bounded number at a time, each on a platform thread: a virtual one would keep its
 * carrier for as long as it computes, and there are as few of those as processors.
 */
public final class Scripts {
  private static final int AT_ONCE = 16;
  private static final int IN_LINE = 1000;
  private static final long WATCH_MILLIS = 10;

  /** Deep enough for honest recursion; the script is told when it goes deeper. */
  private static final long STACK_BYTES = 1 << 20;

  private final SqlDatabase database;
  private final ScriptLimits limits;
  private final Sandbox sandbox = new Sandbox();
  private final SourceCache sources = new SourceCache();
  private final ExecutorService threads;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("script-watch").factory());

  /**
   * @param database where the statements of scripts run
   * @param limits of each script
   */
  public Scripts(SqlDatabase database, ScriptLimits limits) {
    this.database = database;
    // In a small heap the limit has to be small: what goes past it is noticed only after a while.
    long memory = Math.min(limits.memory(), Runtime.getRuntime().maxMemory() / 4);
    this.limits = new ScriptLimits(limits.time(), memory, limits.statements(), limits.patience());
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            AT_ONCE,
            AT_ONCE,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(IN_LINE),
            runnable -> {
              Thread thread = new Thread(null, runnable, "script", STACK_BYTES);
              thread.setDaemon(true);
              thread.setContextClassLoader(Scripts.class.getClassLoader());
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    this.threads = pool;
    // The first script would take a second, most of it to load JavaScript.
    threads.execute(this::warmUp);
  }

  private void warmUp() {
    Options none = new Options(Optional.empty(), 1, true, null, true, Options.Caller.SELF);
    new ScriptRun(new ScriptTransaction(database, none), limits)
        .run(sandbox, sources, "export default async (input) => [input, 1n, new Date(0)]", "{}");
  }

  /**
   * Runs a script in one transaction, which is committed when it ends well.
   *
   * @param source in any of its forms
   * @param input as JSON
   */
  public Uni<ScriptOutcome> run(String source, String input, Options options) {
    Duration time =
        options.timeout().filter(t -> t.compareTo(limits.time()) < 0).orElse(limits.time());
    ScriptLimits own =
        new ScriptLimits(time, limits.memory(), limits.statements(), limits.patience());
    // A statement that the script waits for ends with it.
    Options within = options.within(time);
    return Uni.createFrom()
        .deferred(
            () -> {
              ScriptTransaction first = new ScriptTransaction(database, within);
              return once(source, input, first, own)
                  .onFailure(_ -> first.isToBeRepeated())
                  .recoverWithUni(
                      () -> once(source, input, new ScriptTransaction(database, within), own));
            });
  }

  private Uni<ScriptOutcome> once(
      String source, String input, ScriptTransaction transaction, ScriptLimits own) {
    return Uni.createFrom()
        .completionStage(
            () -> {
              ScriptRun run = new ScriptRun(transaction, own);
              long asked = System.nanoTime();
              try {
                threads.execute(
                    () -> {
                      if (System.nanoTime() - asked > limits.patience().toNanos()) {
                        run.outcome().completeExceptionally(busy());
                        return;
                      }
                      Future<?> watching = watched(run);
                      try {
                        run.run(sandbox, sources, source, input);
                      } finally {
                        watching.cancel(false);
                      }
                    });
              } catch (RejectedExecutionException e) {
                run.outcome().completeExceptionally(busy());
              }
              return run.outcome();
            });
  }

  private Future<?> watched(ScriptRun run) {
    return watch.scheduleWithFixedDelay(
        run::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static ApiException busy() {
    return new ApiException.BackendUnavailable("too many scripts run", 1);
  }

  /** Ends it; scripts that run are cut off. */
  public void close() {
    watch.shutdownNow();
    threads.shutdownNow();
    sandbox.close();
  }
}
