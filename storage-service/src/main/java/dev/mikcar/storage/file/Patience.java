package dev.mikcar.storage.file;

/** Looked at by work that takes long, again and again. */
@FunctionalInterface
interface Patience {
  /**
   * Returns while somebody waits for the work.
   *
   * @throws dev.mikcar.common.error.ApiException when nobody does, or the store is being closed
   */
  void check();
}
