package dev.mikcar.sqlite;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Brings answers back to where the question came from: never on the threads of SQLite. */
final class Answers {
  private Answers() {}

  /** The event loop of this caller, or where it has none, the worker pool. */
  static Executor here() {
    Context context = Vertx.currentContext();
    return context == null
        ? Infrastructure.getDefaultExecutor()
        : answer -> context.runOnContext(_ -> answer.run());
  }

  /** Gives an answer, whatever happens to the executor meanwhile. */
  static void give(Executor executor, Runnable answer) {
    try {
      executor.execute(answer);
    } catch (RejectedExecutionException e) {
      // The process ends; its caller is still told.
      answer.run();
    }
  }
}
