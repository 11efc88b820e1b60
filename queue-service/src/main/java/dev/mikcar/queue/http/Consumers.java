package dev.mikcar.queue.http;

import dev.mikcar.common.http.Draining;
import dev.mikcar.queue.QueueBackend;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The requests that wait for messages. They end with their callers, and all of them when the
 * process is about to end, which then waits for what they have leased to be acknowledged.
 */
@Singleton
public class Consumers {
  private static final Logger LOG = Logger.getLogger(Consumers.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final QueueBackend backend;
  private final Draining draining;
  private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();

  Consumers(QueueBackend backend, Draining draining) {
    this.backend = backend;
    this.draining = draining;
    draining.onBegin(() -> waiting.values().forEach(ended -> ended.complete(null)));
    draining.awaitReturn(this::hasLeases, List.of("/queue/ack/", "/queue/nack/", "/queue/extend/"));
  }

  /** Completes when a request is over, or is to be. To be called on its event loop. */
  CompletableFuture<Void> ended(RoutingContext routing) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    long request = requests.incrementAndGet();
    waiting.put(request, ended);
    var _ = ended.whenComplete((_, _) -> waiting.remove(request));
    routing.addEndHandler(_ -> ended.complete(null));
    if (draining.hasBegun()) {
      ended.complete(null);
    }
    return ended;
  }

  private boolean hasLeases() {
    try {
      return backend
          .with(queue -> Uni.createFrom().item(queue.leases() > 0))
          .await()
          .atMost(PATIENCE);
    } catch (RuntimeException e) {
      LOG.debug("The leases are not known", e);
      return false;
    }
  }
}
