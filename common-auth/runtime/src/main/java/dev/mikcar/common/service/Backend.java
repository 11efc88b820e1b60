package dev.mikcar.common.service;

import io.smallrye.mutiny.Uni;

/** What the interface of every service has: its backends are asked how they are, and closed. */
public interface Backend extends AutoCloseable {
  /**
   * Whether it can do its work now; fails when it cannot, with a message that readiness shows.
   * Takes its time if it must, but does not block.
   */
  Uni<Void> ping();

  /** Ends it. Blocks. */
  @Override
  void close();
}
