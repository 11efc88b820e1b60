package dev.mikcar.sql.script;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.SqlDatabase;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
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

  /** Threads beyond those, for as long as as many do not notice that their scripts have ended. */
  private static final int MOST_LATE = 16;

  /** A script's longest string is this part of the heap, in characters, and no longer than that. */
  private static final int HEAP_PER_CHARACTER = 256;

  private static final int LONGEST = 16 << 20;

  /** How often a script is run again that lost to others. */
  private static final int MOST_RUNS = 20;

  private static final long WATCH_MILLIS = 10;

  /** Deep enough for honest recursion; the script is told when it goes deeper. */
  private static final long STACK_BYTES = 1 << 20;

  private final SqlDatabase database;
  private final ScriptLimits limits;
  private final Sandbox sandbox;
  private final SourceCache sources;
  private final ThreadPoolExecutor threads;
  private final Set<ScriptRun> running = ConcurrentHashMap.newKeySet();
  private final Lanes lanes = new Lanes(AT_ONCE);
  private final long memoryOfAll = Runtime.getRuntime().maxMemory() / 2;
  private int late;
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
    long heap = Runtime.getRuntime().maxMemory();
    long memory = Math.min(limits.memory(), heap / 4);
    int longest = (int) Math.min(LONGEST, heap / HEAP_PER_CHARACTER);
    this.sandbox = new Sandbox(longest);
    this.sources = new SourceCache(longest);
    this.limits = new ScriptLimits(limits.time(), memory, limits.statements(), limits.patience());
    this.threads =
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
    threads.allowCoreThreadTimeOut(true);
    var _ =
        watch.scheduleWithFixedDelay(
            this::watchAll, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    // The first script would take a second, most of it to load JavaScript.
    threads.execute(this::warmUp);
  }

  private void warmUp() {
    Options none = new Options(Optional.empty(), 1, true, null, true, Options.Caller.SELF);
    new ScriptRun(new ScriptTransaction(database, () -> none), limits, _ -> {})
        .run(sandbox, sources, "export default async (input) => [input, new Date(0)]", "{}");
  }

  /** Each, and all together: what they hold on to has to fit into the heap. */
  private void watchAll() {
    ScriptRun greediest = null;
    long most = 0;
    long all = 0;
    for (ScriptRun run : running) {
      run.watch();
      long allocated = run.allocated();
      all += allocated;
      if (allocated > most) {
        most = allocated;
        greediest = run;
      }
    }
    if (greediest != null && all > memoryOfAll) {
      greediest.end(
          ScriptErrors.limit(
              "all scripts together allocate more than there is; this one the most"));
    }
  }

  /** A thread that cannot be stopped now takes no place from the scripts to come. */
  private synchronized void late(boolean isLate) {
    late += isLate ? 1 : -1;
    int size = AT_ONCE + Math.min(late, MOST_LATE);
    if (size > threads.getMaximumPoolSize()) {
      threads.setMaximumPoolSize(size);
      threads.setCorePoolSize(size);
    } else if (size < threads.getCorePoolSize()) {
      threads.setCorePoolSize(size);
      threads.setMaximumPoolSize(size);
    }
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
    long end =
        System.nanoTime() + options.timeout().map(Duration::toNanos).orElse(Long.MAX_VALUE / 2);
    return attempt(source, input, options, own, end, 1);
  }

  /** Runs it again when it lost a deadlock or the like: nothing of it has happened. */
  private Uni<ScriptOutcome> attempt(
      String source, String input, Options options, ScriptLimits own, long end, int number) {
    return Uni.createFrom()
        .deferred(
            () -> {
              ScriptTransaction transaction =
                  new ScriptTransaction(database, () -> left(options, end));
              return once(source, input, transaction, own, end)
                  .onFailure(
                      e ->
                          number < MOST_RUNS
                              && System.nanoTime() < end
                              && (transaction.isToBeRepeated() || isLost(e)))
                  .recoverWithUni(() -> attempt(source, input, options, own, end, number + 1));
            });
  }

  private static Options left(Options options, long end) {
    return options.timeout().isEmpty()
        ? options
        : options.within(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
  }

  private static boolean isLost(Throwable failure) {
    return failure instanceof ApiException e && e.code().equals("SERIALIZATION_FAILURE");
  }

  private Uni<ScriptOutcome> once(
      String source, String input, ScriptTransaction transaction, ScriptLimits own, long end) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              ScriptRun run = new ScriptRun(transaction, own, this::late);
              emitter.onTermination(run::abandon);
              var _ =
                  run.outcome()
                      .whenComplete(
                          (outcome, failure) -> {
                            if (failure == null) {
                              emitter.complete(outcome);
                            } else {
                              if (isLost(failure)) {
                                lanes.lose(source);
                              }
                              emitter.fail(failure);
                            }
                          });
              startInTurn(run, source, input, end);
            });
  }

  /** At once, unless scripts of this text have been in each other's way. */
  private void startInTurn(ScriptRun run, String source, String input, long end) {
    Optional<Lane> lane = lanes.of(source);
    if (lane.isEmpty()) {
      start(run, source, input);
      return;
    }
    var _ =
        lane.get()
            .enter()
            .orTimeout(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS)
            .whenComplete(
                (_, late) -> {
                  if (late != null) {
                    run.outcome().completeExceptionally(inTheWay());
                    return;
                  }
                  var _ = run.outcome().whenComplete((_, _) -> lane.get().leave());
                  if (!run.outcome().isDone()) {
                    start(run, source, input);
                  }
                });
  }

  private static ApiException inTheWay() {
    return new ApiException.BackendTimeout("other scripts that change the same rows were first");
  }

  private void start(ScriptRun run, String source, String input) {
    long asked = System.nanoTime();
    try {
      threads.execute(
          () -> {
            if (System.nanoTime() - asked > limits.patience().toNanos()) {
              run.outcome().completeExceptionally(busy());
              return;
            }
            running.add(run);
            try {
              run.run(sandbox, sources, source, input);
            } finally {
              running.remove(run);
            }
          });
    } catch (RejectedExecutionException e) {
      run.outcome().completeExceptionally(busy());
    }
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
