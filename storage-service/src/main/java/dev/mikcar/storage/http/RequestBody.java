package dev.mikcar.storage.http;

import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.operators.AbstractMulti;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Flow;

/**
 * The body of a request as it comes: read from the connection as fast as it is asked for, and not
 * before. A caller that sends nothing for a while although more was asked for has broken off.
 */
final class RequestBody extends AbstractMulti<ByteBuffer> {
  private final HttpServerRequest request;
  private final Vertx vertx;
  private final Context context;
  private final long patienceMillis;

  /**
   * To be made on the event loop of the request, which is paused; to be subscribed to once.
   *
   * @param patience how long it may take for the next bytes to come
   */
  RequestBody(HttpServerRequest request, Vertx vertx, Duration patience) {
    this.request = request;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.patienceMillis = patience.toMillis();
  }

  @Override
  public void subscribe(MultiSubscriber<? super ByteBuffer> downstream) {
    Reading reading = new Reading(downstream);
    context.runOnContext(ignored -> reading.start());
    downstream.onSubscribe(reading);
  }

  /** All but what the subscriber calls runs on the event loop. */
  private final class Reading implements Flow.Subscription {
    private final MultiSubscriber<? super ByteBuffer> downstream;
    private boolean ended;
    private boolean progress;
    private long wanted;
    private long timer;

    Reading(MultiSubscriber<? super ByteBuffer> downstream) {
      this.downstream = downstream;
    }

    void start() {
      request.handler(this::give);
      request.endHandler(ignored -> end());
      request.exceptionHandler(ignored -> fail(new ApiException.BadRequest("the body broke off")));
      timer = vertx.setPeriodic(patienceMillis, ignored -> check());
      // Nobody is told of a caller that was gone before there were handlers.
      if (request.response().closed()) {
        fail(new ApiException.BadRequest("the body broke off"));
      }
    }

    @Override
    public void request(long count) {
      context.runOnContext(
          ignored -> {
            if (!ended) {
              long some = Math.min(count, Integer.MAX_VALUE);
              wanted += some;
              request.fetch(some);
            }
          });
    }

    @Override
    public void cancel() {
      context.runOnContext(ignored -> stop());
    }

    private void give(Buffer chunk) {
      if (!ended) {
        progress = true;
        wanted--;
        downstream.onItem(ByteBuffer.wrap(chunk.getBytes()));
      }
    }

    private void end() {
      if (stop()) {
        downstream.onCompletion();
      }
    }

    private void fail(ApiException failure) {
      if (stop()) {
        downstream.onFailure(failure);
      }
    }

    /** Whether it had not stopped before. */
    private boolean stop() {
      boolean first = !ended;
      ended = true;
      vertx.cancelTimer(timer);
      return first;
    }

    private void check() {
      if (wanted > 0 && !progress) {
        fail(
            new ApiException.HttpStatus(
                408,
                "REQUEST_TIMEOUT",
                "no byte of the body came for " + patienceMillis + " ms",
                Map.of("Connection", "close")));
      }
      progress = wanted <= 0;
    }
  }
}
