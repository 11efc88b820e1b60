package dev.mikcar.sql.script;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Session;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.Statement;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The transaction of a script, begun by its first statement and ended by {@link #end}. Its first
 * failure is its outcome, whatever the script makes of it.
 */
final class ScriptTransaction {
  private final SqlDatabase database;
  private final Supplier<Options> options;
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  private @Nullable CompletableFuture<Session> session;
  private @Nullable CompletableFuture<Boolean> outcome;
  private @Nullable Throwable failure;
  private volatile boolean repeat;

  /**
   * @param options asked for when it begins: what time is left then
   */
  ScriptTransaction(SqlDatabase database, Supplier<Options> options) {
    this.database = database;
    this.options = options;
  }

  /** Runs a statement; waits for it. */
  Result run(Statement statement) throws InterruptedException, ExecutionException {
    Session open = open().get();
    return open.run(statement).subscribeAsCompletionStage().get();
  }

  private synchronized CompletableFuture<Session> open() throws ExecutionException {
    if (failure != null) {
      throw new ExecutionException(failure);
    }
    if (session == null) {
      CompletableFuture<Session> opened = new CompletableFuture<>();
      session = opened;
      outcome =
          database
              .transaction(
                  options.get(),
                  s -> {
                    // A second time, after a change of the tables: only the script itself can be
                    // run again.
                    repeat = !opened.complete(s);
                    return Uni.createFrom().completionStage(end);
                  })
              .subscribeAsCompletionStage();
      var _ =
          outcome.whenComplete(
              (_, e) -> {
                if (e != null) {
                  opened.completeExceptionally(e);
                }
              });
    }
    return session;
  }

  /** Whether the script failed only because tables have changed, and may work when run again. */
  boolean isToBeRepeated() {
    return repeat;
  }

  /** Notes a failure: nothing can be committed any more. */
  synchronized Exception fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    return new IllegalStateException(
        cause instanceof ApiException e ? e.getMessage() : "the statement failed");
  }

  /** Ends the statement that runs, and undoes all; waits for nothing. From any thread. */
  synchronized void interrupt() {
    if (failure == null) {
      failure = new IllegalStateException("nobody waits for the transaction");
    }
    if (outcome != null) {
      outcome.cancel(false);
    }
  }

  /**
   * Commits, or rolls back when the script failed; done when that has happened.
   *
   * @param cause why the script failed; null when it ended well
   */
  synchronized CompletableFuture<Boolean> end(@Nullable Throwable cause) {
    Throwable first = failure == null ? cause : failure;
    failure = first == null ? new IllegalStateException("the transaction has ended") : first;
    if (outcome == null) {
      return first == null
          ? CompletableFuture.completedFuture(true)
          : CompletableFuture.failedFuture(first);
    }
    if (first == null) {
      end.complete(true);
    } else {
      end.completeExceptionally(first);
    }
    return outcome;
  }
}
