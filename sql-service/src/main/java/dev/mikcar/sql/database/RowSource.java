package dev.mikcar.sql.database;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One statement whose rows are read as a stream. It knows of its end from before it begins: who
 * hands over a stream that is open already loses it when its reader goes in that moment, and a
 * connection with it.
 */
public interface RowSource {
  /**
   * Some rows more; the first time, runs the statement. Asked for again only when that is done and
   * was not the last.
   */
  CompletionStage<Chunk> next();

  /**
   * Nobody reads on. Called once, on any thread and at any time: also while rows are awaited, after
   * the last ones or a failure, and before the statement has begun, which it then may not.
   */
  void end();

  /**
   * The rows of a source, as fast as they are asked for.
   *
   * @param sources makes a source for each reader; nothing is done yet
   */
  static Multi<Chunk> stream(Supplier<? extends RowSource> sources) {
    return Multi.createFrom()
        .deferred(
            () -> {
              RowSource source = sources.get();
              return Multi.createBy()
                  .repeating()
                  .uni(() -> chunk(source))
                  .whilst(chunk -> !chunk.isLast())
                  .onTermination()
                  .invoke(source::end);
            });
  }

  /** What fails when nobody waits any more, is nobody's failure. */
  private static Uni<Chunk> chunk(RowSource source) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              var _ =
                  source
                      .next()
                      .whenComplete(
                          (chunk, failure) -> {
                            if (failure == null) {
                              emitter.complete(chunk);
                            } else {
                              emitter.fail(unwrapped(failure));
                            }
                          });
            });
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
    return cause == null ? failure : cause;
  }
}
