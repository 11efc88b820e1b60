package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.error.ErrorBody;
import dev.mikcar.common.error.ErrorTranslator;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Failures that happen outside of a resource: in the router, in a filter, in the HTTP codec. */
final class ErrorResponses {
  private static final Logger LOG = Logger.getLogger(ErrorResponses.class);

  private ErrorResponses() {}

  /** Answers a failed {@link RoutingContext}: a filter threw, or the router found no route. */
  static void answer(RoutingContext routing) {
    Throwable failure = routing.failure();
    int status = routing.statusCode();
    if (isOver(routing.response())) {
      // The deadline answered, or the caller went away; a late answer fails for that reason alone.
      LOG.debugf(failure, "A request failed after its end");
    } else if (failure instanceof ApiException error) {
      send(routing, error);
    } else if (failure == null || (status >= 400 && status < 500)) {
      send(routing, ErrorTranslator.status(status < 400 ? 500 : status));
    } else {
      send(routing, ErrorTranslator.translate(failure));
    }
  }

  static void send(RoutingContext routing, ApiException error) {
    String traceId = TraceId.of(routing);
    HttpServerResponse response = routing.response();
    if (isOver(response)) {
      return;
    }
    if (response.headWritten()) {
      // Half an answer is out: cutting the connection is the only way left to say it is not whole.
      routing.request().connection().close();
      return;
    }
    write(response, error, traceId);
  }

  /**
   * Answers what the HTTP codec refused, before there is a route: a malformed request line, headers
   * over the limit. The connection is of no further use.
   */
  static void invalid(HttpServerRequest request) {
    String traceId = TraceId.choose(request);
    HttpServerResponse response = request.response().putHeader(TraceId.HEADER, traceId);
    response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    write(response, ErrorTranslator.status(statusOf(request.decoderResult())), traceId);
    request.connection().close();
  }

  /** Answers a request whose body cannot be read on: a chunk that is none. */
  static void brokenBody(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    String traceId = response.headers().get(TraceId.HEADER);
    if (traceId == null) {
      traceId = TraceId.choose(request);
      response.putHeader(TraceId.HEADER, traceId);
    }
    response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    write(response, new ApiException.BadRequest("the chunks of the body are malformed"), traceId);
    request.connection().close();
  }

  private static int statusOf(@Nullable DecoderResult result) {
    if (result != null && result.cause() instanceof CodecHandlers.RefusedHead refused) {
      return refused.status();
    }
    if (result != null && result.cause() instanceof TooLongFrameException e) {
      String message = String.valueOf(e.getMessage());
      if (message.startsWith("An HTTP line is larger than")) {
        return 414;
      }
      if (message.startsWith("HTTP header is larger than")) {
        return 431;
      }
    }
    return 400;
  }

  private static boolean isOver(HttpServerResponse response) {
    return response.ended() || response.closed();
  }

  private static void write(HttpServerResponse response, ApiException error, String traceId) {
    response.setStatusCode(error.status());
    error.headers().forEach(response::putHeader);
    response.putHeader(HttpHeaders.CONTENT_TYPE, ErrorBody.CONTENT_TYPE);
    response.end(Buffer.buffer(ErrorBody.of(error, traceId).json()));
  }
}
