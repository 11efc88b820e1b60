package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;

/**
 * What the results that are being gathered may take together, an eighth of the heap: their JSON
 * takes as much again, or more. Safe for any thread.
 */
final class ResultMemory {
  private long free = Runtime.getRuntime().maxMemory() / 8;

  /**
   * Takes some.
   *
   * @throws ApiException.BackendUnavailable when others have it
   */
  synchronized void take(long bytes) {
    if (bytes > free) {
      throw new ApiException.BackendUnavailable(
          "the results of other requests take the memory there is", 1);
    }
    free -= bytes;
  }

  synchronized void give(long bytes) {
    free += bytes;
  }
}
