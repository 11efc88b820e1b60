package dev.mikcar.common.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Whether a caller got its answer, as far as TCP tells. An answer that was written is in the
 * buffers of a kernel; whether the caller took it from there shows in how the connection goes on. A
 * caller that ends with an answer unread resets the connection (RFC 1122 section 4.2.2.13), one
 * that has read it closes it in order, or keeps it. So an answer is received when it was written,
 * and then the connection was closed in order, or used again, or not reset for a short while.
 *
 * <p>Stands in the pipeline before the handler of Vert.x, and sees what that writes. For HTTP/1.1;
 * of HTTP/2 it knows only whether the answer was written.
 */
public final class Receipt extends ChannelDuplexHandler {
  /** How long a reset is waited for, once the answer is written. */
  private static final Duration GRACE = Duration.ofMillis(200);

  private final CompletableFuture<Boolean> received = new CompletableFuture<>();
  private boolean written;

  private Receipt() {}

  /**
   * Watches the answer of a request. To be called on its event loop before the answer is begun.
   *
   * @return completes on that event loop, once the answer has been received or never will be; an
   *     answer of any status counts
   */
  public static CompletableFuture<Boolean> of(RoutingContext routing) {
    Receipt receipt = new Receipt();
    if (routing.request().version() != HttpVersion.HTTP_2
        && routing.request().connection() instanceof ConnectionBase connection) {
      ChannelHandlerContext vertx = connection.channelHandlerContext();
      Channel channel = vertx.channel();
      channel.pipeline().addBefore(vertx.name(), null, receipt);
      if (!channel.isActive()) {
        receipt.decide(channel, false);
      }
    } else {
      routing.addEndHandler(result -> receipt.received.complete(result.succeeded()));
    }
    return receipt.received;
  }

  /** Ends a connection that does not take its answer; the receipt is negative then. */
  public static void refuse(RoutingContext routing) {
    // Not the connection's own way, which waits until the caller has taken what is on its way.
    if (routing.request().connection() instanceof ConnectionBase connection) {
      var _ = connection.channelHandlerContext().close();
    } else {
      routing.response().reset();
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!(message instanceof LastHttpContent)) {
      var _ = context.write(message, promise);
      return;
    }
    // A promise of our own, so that this hears of it before Vert.x does, which may close then.
    ChannelPromise done = context.newPromise();
    done.addListener(
        result -> {
          if (result.isSuccess()) {
            written(context);
            promise.trySuccess();
          } else {
            decide(context.channel(), false);
            promise.tryFailure(result.cause());
          }
        });
    var _ = context.write(message, done);
  }

  private void written(ChannelHandlerContext context) {
    written = true;
    Runnable decision = () -> decide(context.channel(), true);
    var _ = context.executor().schedule(decision, GRACE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A connection that is to be closed after its answer: the caller is let end it first. */
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (written && !received.isDone() && context.channel() instanceof DuplexChannel channel) {
      var _ = channel.shutdownOutput();
      var _ =
          received.thenRun(
              () -> {
                var _ = channel.close(promise);
              });
    } else {
      var _ = context.close(promise);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (written) {
      decide(context.channel(), true);
    }
    context.fireChannelRead(message);
  }

  @Override
  @SuppressWarnings("deprecation") // Only of ChannelHandler, not of inbound handlers.
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      decide(context.channel(), false);
    }
    context.fireExceptionCaught(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    decide(context.channel(), written);
    context.fireChannelInactive();
  }

  /** The first to know decides. On the event loop of the connection. */
  private void decide(Channel channel, boolean got) {
    if (received.complete(got) && channel.pipeline().context(this) != null) {
      channel.pipeline().remove(this);
    }
  }
}
