package dev.mikcar.kv.infinispan;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Clock;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives back the space of keys whose time is over: looks every second, and goes on for as long as
 * there are any. How many it takes at once doubles with each success, so that it keeps up with
 * writes that wait together for the disk, and halves with each failure, so that the little room
 * that is left on a full disk is enough.
 */
final class Sweeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Sweeper.class);
  private static final int MOST = 4_096;

  private final Keys keys;
  private final Clock clock;
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final ScheduledFuture<?> look;

  /** Written by the one sweep there is at a time. */
  private volatile int size = MOST;

  Sweeper(Keys keys, Clock clock) {
    this.keys = keys;
    this.clock = clock;
    this.look =
        Infrastructure.getDefaultWorkerPool()
            .scheduleWithFixedDelay(this::begin, 1, 1, TimeUnit.SECONDS);
  }

  private void begin() {
    if (sweeping.compareAndSet(false, true)) {
      sweep();
    }
  }

  private void sweep() {
    int asked = size;
    var _ =
        keys.removeGone(clock.millis(), asked)
            .whenCompleteAsync(
                (removed, failure) -> ended(asked, removed, failure),
                Infrastructure.getDefaultWorkerPool());
  }

  private void ended(int asked, @Nullable Integer removed, @Nullable Throwable failure) {
    boolean more;
    if (removed == null) {
      LOG.debugf(failure, "%d expired keys were not removed", asked);
      size = Math.max(1, asked / 2);
      more = asked > 1;
    } else {
      size = Math.min(MOST, asked * 2);
      more = removed == asked;
    }
    if (more && !look.isCancelled()) {
      sweep();
    } else {
      sweeping.set(false);
    }
  }

  /** Begins nothing any more. */
  @Override
  public void close() {
    look.cancel(false);
  }
}
