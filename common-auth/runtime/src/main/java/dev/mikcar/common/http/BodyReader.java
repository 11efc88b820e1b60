package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.settings.Settings;
import io.quarkus.arc.Arc;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.ext.Provider;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestFilter;

/**
 * Reads a request's body into memory without blocking, whatever its content type says and however
 * it is framed, and stops at {@code MAX_BODY_SIZE}.
 */
@Provider
public class BodyReader implements ResteasyReactiveContainerRequestFilter {
  /**
   * How long a refused body is read and thrown away, so that the caller gets to read the answer.
   */
  private static final long LINGER_MILLIS = 5_000;

  /** A body is in memory as it came, and as what its service makes of it. */
  private static final int COPIES = 2;

  private final long limit;

  BodyReader(Settings settings) {
    this.limit = settings.maxBodySize();
  }

  @Override
  public void filter(ResteasyReactiveContainerRequestContext rest) {
    RoutingContext routing =
        ((ResteasyReactiveRequestContext) rest.getServerRequestContext())
            .serverRequest()
            .unwrap(RoutingContext.class);
    HttpServerRequest request = routing.request();
    if (!hasBody(request) || isStreamed(rest)) {
      return;
    }
    rest.suspend();
    read(routing, limit)
        .onComplete(
            body -> {
              if (body.succeeded()) {
                rest.setEntityStream(new WholeBody(body.result()));
                rest.resume();
              } else {
                rest.resume(body.cause());
              }
            });
  }

  /**
   * Reads the body of a request, or refuses it. Called on its event loop, where it answers.
   *
   * @param limit the largest body that is taken, bytes
   * @return fails with an {@link ApiException}; never completes when the request was answered or
   *     its connection closed meanwhile
   */
  public static Future<Buffer> read(RoutingContext routing, long limit) {
    HttpServerRequest request = routing.request();
    if (declaredLength(request) > limit) {
      linger(routing);
      return Future.failedFuture(new ApiException.PayloadTooLarge(limit));
    }
    if (request.headers().getAll(HttpHeaders.CONTENT_ENCODING).stream()
        .anyMatch(coding -> !coding.equalsIgnoreCase("identity"))) {
      linger(routing);
      return Future.failedFuture(
          new ApiException.HttpStatus(
              415,
              "UNSUPPORTED_MEDIA_TYPE",
              "this route takes no body with a Content-Encoding",
              Map.of("Accept-Encoding", "identity", "Connection", "close")));
    }
    Reading reading = new Reading(routing, limit);
    reading.awaitMemory();
    return reading.whole.future();
  }

  private static boolean isStreamed(ResteasyReactiveContainerRequestContext rest) {
    return ((ResteasyReactiveRequestContext) rest.getServerRequestContext())
        .getTarget()
        .getLazyMethod()
        .getMethod()
        .isAnnotationPresent(StreamedBody.class);
  }

  /** RFC 9112 section 6.3; HTTP/2 need not announce a body. */
  private static boolean hasBody(HttpServerRequest request) {
    if (HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method())) {
      return false;
    }
    return declaredLength(request) > 0
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        || (request.version() == HttpVersion.HTTP_2 && !request.isEnded());
  }

  /**
   * The length of the body as the request declares it, bytes; -1 when it does not. The HTTP codec
   * refuses what is no number.
   */
  public static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null ? -1 : Long.parseLong(length);
  }

  /**
   * For a resource that reads its body itself and answers before the end of it: the connection is
   * closed after the answer.
   */
  public static void refuseRest(RoutingContext routing) {
    if (!routing.request().isEnded() && !routing.response().headWritten()) {
      routing.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      linger(routing);
    }
  }

  /**
   * Reads on for a while after the answer: closing a connection that still has unread bytes resets
   * it, and the caller would lose the answer with it (RFC 9112 section 9.6).
   */
  private static void linger(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    long timer = routing.vertx().setTimer(LINGER_MILLIS, ignored -> request.connection().close());
    request.handler(ignored -> {});
    request.exceptionHandler(ignored -> routing.vertx().cancelTimer(timer));
    request.endHandler(
        ignored -> {
          routing.vertx().cancelTimer(timer);
          if (request.response().ended()) {
            request.connection().close();
          }
        });
    request.resume();
  }

  /** A body that is there, read without a copy besides the one that its reader gets. */
  private static final class WholeBody extends InputStream {
    private final Buffer body;
    private int position;

    WholeBody(Buffer body) {
      this.body = body;
    }

    @Override
    public int read() {
      return position < body.length() ? body.getByte(position++) & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = Math.min(length, available());
      if (count == 0) {
        return length == 0 ? 0 : -1;
      }
      body.getBytes(position, position + count, target, offset);
      position += count;
      return count;
    }

    @Override
    public byte[] readAllBytes() {
      byte[] rest = body.getBytes(position, body.length());
      position = body.length();
      return rest;
    }

    @Override
    public int available() {
      return body.length() - position;
    }
  }

  /** One body on its way in. Runs on the event loop of its connection. */
  private static final class Reading {
    private final RoutingContext routing;
    private final long limit;
    private final Promise<Buffer> whole = Promise.promise();
    private Buffer body = Buffer.buffer();
    private final MemoryBudget memory = Arc.container().instance(MemoryBudget.class).get();
    private final long declared;
    private boolean roomy;
    private boolean told;

    Reading(RoutingContext routing, long limit) {
      this.routing = routing;
      this.limit = limit;
      this.declared = declaredLength(routing.request());
    }

    /** Leaves the body with its caller until there is room for it. */
    void awaitMemory() {
      whenFree(declared < 0 ? MemoryBudget.LITTLE : declared * COPIES, this::start);
    }

    /**
     * Goes on when there is room, on the event loop; at once when there is room already. It is
     * given back at the end of the request, whatever that is.
     */
    private void whenFree(long bytes, Runnable next) {
      if (isOver()) {
        return; // Nobody would tell its end any more.
      }
      CompletableFuture<MemoryBudget.Share> room = memory.request(bytes);
      routing.addEndHandler(ignored -> free(room));
      if (room.isDone() && !room.isCompletedExceptionally()) {
        next.run();
        return;
      }
      routing.request().pause();
      Context context = routing.vertx().getOrCreateContext();
      var _ =
          room.whenComplete(
              (ignoredShare, failure) ->
                  context.runOnContext(
                      ignored -> {
                        if (isOver()) {
                          drop();
                        } else if (failure == null) {
                          next.run();
                        } else {
                          refuse(failure);
                        }
                      }));
    }

    /** Somebody has answered while we waited, such as the deadline, or the caller is gone. */
    private void drop() {
      if (!routing.response().closed()) {
        linger(routing);
      }
    }

    private void refuse(Throwable failure) {
      if (takeTurn()) {
        linger(routing);
        whole.fail(failure);
      }
    }

    private boolean isOver() {
      return routing.response().ended() || routing.response().closed();
    }

    private static void free(CompletableFuture<MemoryBudget.Share> room) {
      if (!room.cancel(false) && !room.isCompletedExceptionally()) {
        room.join().close();
      }
    }

    void start() {
      HttpServerRequest request = routing.request();
      if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))
          && !routing.response().closed()) {
        routing.response().writeContinue();
      }
      if (declared > 0) {
        body = Buffer.buffer((int) declared);
      }
      request.handler(this::add);
      request.endHandler(ignored -> finish());
      request.exceptionHandler(this::fail);
      request.resume();
    }

    /**
     * Whether somebody still waits for the body, which it hears of once: not after the deadline
     * answered, and not again when the connection breaks after the limit was passed.
     */
    private boolean takeTurn() {
      boolean mine = !told && !isOver();
      told = true;
      return mine;
    }

    private void add(Buffer chunk) {
      if (body.length() + (long) chunk.length() <= limit) {
        body.appendBuffer(chunk);
        if (declared < 0 && !roomy && body.length() > MemoryBudget.LITTLE / COPIES) {
          growUp();
        }
      } else {
        refuse(new ApiException.PayloadTooLarge(limit));
      }
    }

    /** A body without a length that turns out not to be small: it may be as large as the limit. */
    private void growUp() {
      roomy = true;
      whenFree(limit * COPIES, () -> routing.request().resume());
    }

    private void finish() {
      if (takeTurn()) {
        whole.complete(body);
      }
    }

    private void fail(Throwable cause) {
      if (takeTurn()) {
        whole.fail(new ApiException.BadRequest("the body broke off"));
      }
    }
  }
}
