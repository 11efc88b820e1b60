package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Chunk;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.RowSource;
import dev.mikcar.sql.database.Statement;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A cursor that is read a chunk at a time. */
final class SqliteStream implements RowSource {
  private final Slots slots;
  private final Statement statement;
  private final Options options;
  private final ResultMemory memory;
  private final Begin begin;
  private final AtomicBoolean finished = new AtomicBoolean();
  private @Nullable CompletableFuture<Open> opening;
  private @Nullable SqliteUse current;
  private boolean ended;

  /**
   * @param slots where it finds a connection
   * @param memory for the rows of all results
   * @param begin how a use of a connection begins
   */
  SqliteStream(
      Slots slots, Statement statement, Options options, ResultMemory memory, Begin begin) {
    this.slots = slots;
    this.statement = statement;
    this.options = options;
    this.memory = memory;
    this.begin = begin;
  }

  /**
   * How a use begins.
   *
   * @param reading whether it only reads, else it is a transaction to be committed
   * @param inMemory whether the readers are the writer
   */
  record Begin(boolean reading, boolean inMemory) {
    Uni<Void> in(SqliteUse use) {
      return reading ? use.queryOnly(inMemory) : use.begin(false);
    }
  }

  /** The cursor, and where it is. */
  private record Open(Slot slot, SqliteUse use, SqliteCursor cursor) {}

  @Override
  public CompletionStage<Chunk> next() {
    CompletableFuture<Open> opened;
    synchronized (this) {
      if (opening == null) {
        opening = open().subscribeAsCompletionStage();
      }
      opened = opening;
    }
    return opened.thenCompose(open -> read(open).subscribeAsCompletionStage());
  }

  private Uni<Open> open() {
    return slots
        .acquire(options.timeout())
        .chain(
            slot -> {
              SqliteUse use = new SqliteUse(slot, options, memory);
              return run(use)
                  .map(cursor -> new Open(slot, use, cursor))
                  .onFailure()
                  .call(() -> use.abandon().eventually(() -> slots.release(slot)));
            });
  }

  private Uni<SqliteCursor> run(SqliteUse use) {
    synchronized (this) {
      current = use;
      if (ended) {
        return Uni.createFrom().failure(new ApiException.BackendUnavailable("nobody reads on", 1));
      }
    }
    return begin.in(use).chain(() -> use.stream(statement));
  }

  private Uni<Chunk> read(Open open) {
    return open.use()
        .next(open.cursor())
        .chain(
            rows -> {
              boolean last = rows.isEmpty();
              return (last ? finish(open) : Uni.createFrom().voidItem())
                  .map(_ -> new Chunk(open.cursor().columns(), rows, last));
            });
  }

  /** Commits what was read to its end, and ends the use; once. */
  private Uni<Void> finish(Open open) {
    return finished.compareAndSet(false, true)
        ? open.use()
            .finish(open.cursor(), !begin.reading())
            .eventually(() -> slots.release(open.slot()))
        : Uni.createFrom().voidItem();
  }

  /** What runs is interrupted, and has to end before others get the connection. */
  @Override
  public void end() {
    CompletableFuture<Open> opened;
    SqliteUse running;
    synchronized (this) {
      ended = true;
      opened = opening;
      running = current;
    }
    if (running != null && !finished.get()) {
      running.interrupt();
    }
    if (opened != null) {
      var _ = opened.thenAccept(open -> finish(open).subscribe().with(_ -> {}));
    }
  }
}
