package dev.mikcar.common.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP codec lets through that it should not, and drops that should be answered. Vert.x
 * has no setting for that, so its handlers are replaced on each connection, before the first byte
 * (docs/decisions/0017-strict-framing.md).
 */
final class CodecHandlers {
  private static final String DECODER = "httpDecoder";
  private static final String VERTX = "handler";

  private CodecHandlers() {}

  /**
   * Makes a new connection strict. Called on its event loop.
   *
   * @param current the request that is being handled, if all that came before were seen
   */
  static void install(
      ChannelPipeline pipeline,
      HttpServerOptions options,
      Supplier<@Nullable HttpServerRequest> current) {
    if (pipeline.get(DECODER) != null) {
      pipeline.replace(DECODER, DECODER, new StrictDecoder(options));
      pipeline.addBefore(VERTX, "brokenBody", new BrokenBody(current));
    }
  }

  /** A head that is refused, with its status. */
  static final class RefusedHead extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final int status;

    RefusedHead(int status, String message) {
      super(message);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  private static final class StrictDecoder extends VertxHttpRequestDecoder {
    private static final Pattern VERSION = Pattern.compile("HTTP/\\d+\\.\\d+");

    /** Those of RFC 9110 section 9.1 and PATCH. */
    private static final Set<HttpMethod> METHODS =
        Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.DELETE,
            HttpMethod.CONNECT,
            HttpMethod.OPTIONS,
            HttpMethod.TRACE,
            HttpMethod.PATCH);

    /** Metrics have the method as a tag, and callers can think of any number of names. */
    private static final HttpMethod OTHER = HttpMethod.valueOf("OTHER");

    StrictDecoder(HttpServerOptions options) {
      super(options);
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) {
      String version = initialLine[2];
      if (!version.equals("HTTP/1.1")
          && !version.equals("HTTP/1.0")
          && VERSION.matcher(version).matches()) {
        throw new RefusedHead(505, "this version of HTTP is not spoken");
      }
      HttpMessage message = super.createMessage(initialLine);
      if (message instanceof HttpRequest request && !METHODS.contains(request.method())) {
        request.setMethod(OTHER);
      }
      return message;
    }

    /** RFC 9112 section 6.1: an attempt at request smuggling. Netty would drop the length. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new RefusedHead(400, "both Content-Length and Transfer-Encoding");
    }
  }

  /** A body whose chunks cannot be read: Vert.x closes the connection without a word. */
  private static final class BrokenBody extends ChannelInboundHandlerAdapter {
    private final Supplier<@Nullable HttpServerRequest> current;

    BrokenBody(Supplier<@Nullable HttpServerRequest> current) {
      this.current = current;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof HttpContent content
          && content.decoderResult().isFailure()
          && !(message instanceof HttpRequest)) {
        HttpServerRequest request = current.get();
        if (request != null && !request.response().headWritten()) {
          ReferenceCountUtil.release(message);
          ErrorResponses.brokenBody(request);
          return;
        }
      }
      super.channelRead(context, message);
    }
  }
}
