package dev.mikcar.queue.http;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.util.function.Supplier;

/** Work on bodies, which is done on the event loop only when they are small. */
final class Computing {
  private static final int SMALL = 64 << 10;

  private Computing() {}

  /**
   * @param bytes how many the work goes through
   */
  static <T> Uni<T> with(long bytes, Supplier<T> work) {
    Uni<T> result = Uni.createFrom().item(work);
    return bytes <= SMALL
        ? result
        : result.runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }
}
