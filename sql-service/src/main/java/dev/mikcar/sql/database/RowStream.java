package dev.mikcar.sql.database;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A result that is read as fast as it is asked for.
 *
 * @param columns the columns
 * @param chunks the rows, some at a time; each is fetched when it is requested. To be subscribed to
 *     once, and to be read to its end or cancelled, which ends the statement
 */
public record RowStream(List<Column> columns, Multi<List<List<Cell>>> chunks) {
  /**
   * A stream for a reader who may be gone before it is open: then it is ended as soon as it is.
   *
   * @param open begins to open it
   * @param gone is told when the reader goes first
   */
  public static Uni<RowStream> opened(
      Supplier<? extends CompletionStage<RowStream>> open, Runnable gone) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              AtomicBoolean decided = new AtomicBoolean();
              CompletionStage<RowStream> opening = open.get();
              emitter.onTermination(
                  () -> {
                    if (decided.compareAndSet(false, true)) {
                      gone.run();
                    }
                  });
              var _ =
                  opening.whenComplete(
                      (stream, failure) -> {
                        boolean wanted = decided.compareAndSet(false, true);
                        if (failure != null) {
                          emitter.fail(failure);
                        } else if (wanted) {
                          emitter.complete(stream);
                        } else {
                          stream.chunks().subscribe().with(_ -> {}, _ -> {}).cancel();
                        }
                      });
            });
  }
}
