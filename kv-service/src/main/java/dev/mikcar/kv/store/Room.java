package dev.mikcar.kv.store;

import io.smallrye.mutiny.Uni;

/**
 * Room in memory for what a read brings there. Values that are small are read without asking; for
 * larger ones a store waits until there is room, before it reads them.
 */
@FunctionalInterface
public interface Room {
  /** What needs no asking, bytes. */
  int SMALL = 16 << 10;

  /** There is always room. */
  Room PLENTY = bytes -> Uni.createFrom().voidItem();

  /**
   * Takes room, for as long as whoever gave it wants.
   *
   * @return fails with {@link dev.mikcar.common.error.ApiException} when there is none
   */
  Uni<Void> take(long bytes);
}
