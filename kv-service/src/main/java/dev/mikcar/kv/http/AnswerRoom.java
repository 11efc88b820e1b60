package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.kv.store.Room;
import io.smallrye.mutiny.Uni;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The room that one answer takes in memory until it is written, a share of the {@link
 * MemoryBudget}. Asked once; may be closed at any time, by any thread.
 */
final class AnswerRoom implements Room, AutoCloseable {
  /** A value is in memory as it is stored, as a value, and as what is written. */
  private static final int COPIES = 3;

  /** In a batch it is a text besides, and JSON before it is what is written. */
  private static final int BATCH_COPIES = 6;

  /** What is larger would not fit the budget, which is a quarter of the heap, if it were alone. */
  private static final long LARGEST_BATCH = Runtime.getRuntime().maxMemory() / 4 / BATCH_COPIES;

  private static final int RETRY_SECONDS = 5;

  private final MemoryBudget budget;
  private final int copies;
  private final boolean patient;
  private MemoryBudget.@Nullable Share share;
  private boolean closed;

  private AnswerRoom(MemoryBudget budget, int copies, boolean patient) {
    this.budget = budget;
    this.copies = copies;
    this.patient = patient;
  }

  /** For a value; waits for room. */
  static AnswerRoom ofValue(MemoryBudget budget) {
    return new AnswerRoom(budget, COPIES, true);
  }

  /** For many values; does not wait, since the request has a body, which has a share itself. */
  static AnswerRoom ofBatch(MemoryBudget budget) {
    return new AnswerRoom(budget, BATCH_COPIES, false);
  }

  @Override
  public Uni<Void> take(long bytes) {
    if (!patient && bytes > LARGEST_BATCH) {
      return Uni.createFrom()
          .failure(
              new ApiException.OfService(
                  413,
                  "RESULT_TOO_LARGE",
                  "the values have %d bytes, one answer may have %d; ask for fewer at a time"
                      .formatted(bytes, LARGEST_BATCH),
                  Map.of()));
    }
    return Uni.createFrom()
        .completionStage(() -> request(bytes * copies))
        .invoke(this::hold)
        .replaceWithVoid();
  }

  private CompletableFuture<MemoryBudget.Share> request(long bytes) {
    CompletableFuture<MemoryBudget.Share> asked = budget.request(bytes);
    if (!patient && !asked.isDone() && asked.cancel(false)) {
      return CompletableFuture.failedFuture(
          new ApiException.BackendUnavailable(
              "there is no room in memory for these values now; ask for fewer at a time",
              RETRY_SECONDS));
    }
    return asked;
  }

  private synchronized void hold(MemoryBudget.Share taken) {
    if (closed) {
      taken.close();
    } else {
      share = taken;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (share != null) {
      share.close();
      share = null;
    }
  }
}
