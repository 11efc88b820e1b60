package dev.mikcar.storage.store;

import dev.mikcar.common.error.ApiException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What all uploads of the process together may hold in memory, for stores that take a body in parts
 * which must be there whole. An upload that finds no room waits before it reads its body, so that
 * its caller has to wait too; first come, first served.
 */
public final class UploadMemory {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int RETRY_SECONDS = 5;

  /** A semaphore counts to {@link Integer#MAX_VALUE}. */
  private static final int UNIT = 1024;

  private final int units;
  private final Semaphore free;
  private final Duration patience;

  /**
   * So much memory.
   *
   * @param bytes {@value #UNIT} or more
   * @param patience how long an upload waits for its share
   */
  public UploadMemory(long bytes, Duration patience) {
    this.units = (int) Math.min(bytes / UNIT, Integer.MAX_VALUE);
    this.free = new Semaphore(units, true);
    this.patience = patience;
  }

  /** A quarter of the heap, and a patience of 10 s. */
  public static UploadMemory ofQuarterOfTheHeap() {
    return new UploadMemory(Runtime.getRuntime().maxMemory() / 4, PATIENCE);
  }

  /**
   * A share for one upload, which it must be able to end with. Blocks, so it is for a virtual
   * thread.
   *
   * @param bytes how much; what is more than all is all
   * @throws ApiException.BackendUnavailable when none became free in time
   */
  public Share take(long bytes) {
    int wanted = units(bytes);
    try {
      if (free.tryAcquire(wanted, patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Share(wanted);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new ApiException.BackendUnavailable(
        "too many uploads are under way for the memory of the sidecar", RETRY_SECONDS);
  }

  /** A share for the first part of an upload. Blocks, and fails, as {@link #take(long)} does. */
  public Share takeFor(Upload upload, int partSize) {
    return take(upload.length() == Upload.UNKNOWN ? partSize : Math.min(upload.length(), partSize));
  }

  private int units(long bytes) {
    return (int) Math.min(Math.ceilDiv(Math.max(bytes, 1), UNIT), units);
  }

  /** What one upload may hold; to be closed when it holds nothing any more. */
  public final class Share implements AutoCloseable {
    private int taken;

    private Share(int taken) {
      this.taken = taken;
    }

    /** More for the same upload, if it is free now: who has a share never waits for another. */
    public boolean tryMore(long bytes) {
      int wanted = units(bytes);
      boolean given = free.tryAcquire(wanted);
      taken += given ? wanted : 0;
      return given;
    }

    @Override
    public void close() {
      free.release(taken);
      taken = 0;
    }
  }
}
