package dev.mikcar.queue.http;

import dev.mikcar.common.http.Receipt;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.queue.message.Delivery;
import dev.mikcar.queue.message.MessageQueue;
import dev.mikcar.queue.message.Name;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/**
 * Messages on their way to a caller. When its answer has not come through they go back to the
 * queue, as if they had not been delivered; when it has, and the caller did not ask for a lease,
 * they are acknowledged.
 */
final class Handover {
  private static final Logger LOG = Logger.getLogger(Handover.class);

  /** How often a body is in memory while it is answered: itself, as JSON, and as what is sent. */
  static final int COPIES = 3;

  private final RoutingContext routing;
  private final CompletableFuture<Boolean> receipt;
  private final boolean acknowledges;
  private final Duration patience;
  private final MemoryBudget budget;
  private volatile boolean failed;

  /**
   * @param acknowledges whether what was received is acknowledged
   * @param patience how long the caller may take to read its answer
   * @param budget where the memory for the answer comes from
   */
  private Handover(
      RoutingContext routing, boolean acknowledges, Duration patience, MemoryBudget budget) {
    this.routing = routing;
    this.receipt = Receipt.of(routing);
    this.acknowledges = acknowledges;
    this.patience = patience;
    this.budget = budget;
  }

  /** Watches a request, on its event loop, before it is answered. */
  static Handover of(
      RoutingContext routing, boolean acknowledges, Duration patience, MemoryBudget budget) {
    return new Handover(routing, acknowledges, patience, budget);
  }

  /** Waits for the memory that an answer takes, and has it until the request is over. */
  CompletionStage<Boolean> admit(long bytes) {
    return budget
        .request(COPIES * bytes)
        .thenApply(
            share -> {
              var _ = receipt.whenComplete((_, _) -> share.close());
              return true;
            });
  }

  /** These are about to be answered. */
  void begin(MessageQueue queue, Name name, List<Delivery> deliveries) {
    if (deliveries.isEmpty()) {
      return;
    }
    long timer = routing.vertx().setTimer(patience.toMillis(), _ -> Receipt.refuse(routing));
    var _ =
        receipt.thenAccept(
            received -> {
              routing.vertx().cancelTimer(timer);
              finish(queue, name, deliveries, received && !failed);
            });
  }

  /** Their answer is an error instead. */
  void fail() {
    failed = true;
  }

  private void finish(MessageQueue queue, Name name, List<Delivery> deliveries, boolean received) {
    if (received && !acknowledges) {
      return;
    }
    for (Delivery delivery : deliveries) {
      Uni<Boolean> end =
          received ? queue.ack(name, delivery.lease()) : queue.release(name, delivery.lease());
      // Whatever happens, the end of the lease settles it.
      var _ =
          end.subscribe()
              .with(
                  _ -> {},
                  failure -> LOG.debugf(failure, "A delivery of '%s' is not settled", name));
    }
  }
}
