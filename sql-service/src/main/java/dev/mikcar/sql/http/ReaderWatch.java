package dev.mikcar.sql.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.smallrye.mutiny.Multi;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Looks whether the reader of a stream goes on reading. A stream keeps a session of the database
 * until its end, so one whose reader has taken nothing for a while is ended, with its connection.
 */
final class ReaderWatch {
  private static final Logger LOG = Logger.getLogger(ReaderWatch.class);

  private final RoutingContext routing;
  private long wanted;
  private long sent;
  private long before = -1;

  /**
   * Begins to look; on the event loop of the request.
   *
   * @param patience how long a reader may take nothing; noticed after at most twice as long
   */
  ReaderWatch(RoutingContext routing, Duration patience) {
    this.routing = routing;
    long timer = routing.vertx().setPeriodic(patience.toMillis(), _ -> look());
    routing.addEndHandler(_ -> routing.vertx().cancelTimer(timer));
  }

  /** The same stream, watched. */
  <T> Multi<T> watched(Multi<T> stream) {
    return stream
        // Quarkus reads a stream on to its end when the reader left before the first row.
        .select()
        .first(_ -> !routing.response().closed())
        .onRequest()
        .invoke(this::asked)
        .onItem()
        .invoke(this::sent);
  }

  private synchronized void asked(long count) {
    wanted = Long.MAX_VALUE - wanted < count ? Long.MAX_VALUE : wanted + count;
  }

  private synchronized void sent() {
    wanted--;
    sent++;
  }

  /** While more is wanted than was sent, it is the database that is waited for. */
  private synchronized void look() {
    long now = wanted > 0 ? -1 : sent + taken();
    if (now >= 0 && now == before) {
      LOG.warn("The reader of a stream takes nothing; its connection is closed");
      if (routing.request().connection() instanceof ConnectionBase connection) {
        // Not the connection's own way, which waits until the reader has taken what is on its way.
        var _ = connection.channelHandlerContext().close();
      } else {
        routing.response().reset();
      }
    }
    before = now;
  }

  /** Bytes that the system has taken of what is being sent: one row may be many MiB. */
  private long taken() {
    if (routing.request().connection() instanceof ConnectionBase connection) {
      Channel channel = connection.channelHandlerContext().channel();
      ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
      return out == null ? 0 : out.currentProgress();
    }
    return 0;
  }
}
