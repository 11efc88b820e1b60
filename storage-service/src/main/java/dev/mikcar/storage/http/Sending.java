package dev.mikcar.storage.http;

import dev.mikcar.common.http.Compression;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.ObjectBody;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.Http1xServerConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The content of one answer on its way out, as fast as the caller takes it. A content that breaks
 * off cuts the connection: less than announced is never presented as whole. So does a caller that
 * takes nothing for a while.
 */
final class Sending {
  private static final Logger LOG = Logger.getLogger(Sending.class);

  /** Chunks under way between the store and the connection. */
  private static final int WINDOW = 4;

  private final RoutingContext routing;
  private final HttpServerResponse response;
  private final Context context;
  private final long patienceMillis;
  private final ObjectBody body;
  private final boolean isPart;
  private long timer = -1;
  private long sent;

  Sending(RoutingContext routing, Duration patience, SentBody sent) {
    this.routing = routing;
    this.response = routing.response();
    this.context = routing.vertx().getOrCreateContext();
    this.patienceMillis = patience.toMillis();
    this.body = sent.body();
    this.isPart = sent.isPart();
  }

  /** On the event loop of the connection. */
  void start() {
    if (response.closed()) {
      body.content().discard();
      return;
    }
    if (body.info().headers().contentEncoding() != null) {
      dropMark(response);
    }
    boolean gzip = isToBeCompressed();
    if (gzip) {
      response.setChunked(true);
    } else {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(body.slice().length()));
    }
    switch (body.content()) {
      case Content.InFile file
          when !gzip
              && !routing.request().isSSL()
              && routing.request().connection() instanceof Http1xServerConnection connection ->
          sendFile(file, connection);
      case Content.InFile file -> stream(FileChunks.of(file));
      case Content.Streamed streamed -> stream(streamed.bytes());
    }
  }

  /** Quarkus marks answers as not to be compressed; the object says its own coding. */
  static void dropMark(HttpServerResponse response) {
    response.headers().remove(HttpHeaders.CONTENT_ENCODING);
  }

  /** A range is one of the object as it is, so only a whole object is compressed. */
  private boolean isToBeCompressed() {
    return !isPart
        && body.info().headers().contentEncoding() == null
        && Compression.appliesTo(
            routing.request(), body.info().headers().contentType(), body.info().size());
  }

  /**
   * Leaves it to the kernel. Vert.x would do so only for a file that it opens itself, by its name,
   * which may be another one by now; and not at all while it has a compressor in its pipeline,
   * which lets a file region pass.
   */
  private void sendFile(Content.InFile content, Http1xServerConnection connection) {
    response.writeHead();
    if (content.length() == 0) {
      content.discard();
      response.end();
      return;
    }
    DefaultFileRegion region =
        new DefaultFileRegion(content.file(), content.position(), content.length());
    watch(region::transferred);
    ChannelPromise done = connection.channelHandlerContext().newPromise();
    done.addListener(
        result -> {
          if (result.isSuccess()) {
            end();
          } else {
            cut(Objects.requireNonNull(result.cause()));
          }
        });
    connection.writeToChannel(region, done);
  }

  private void stream(Multi<ByteBuffer> bytes) {
    response.writeHead();
    watch(() -> sent);
    bytes.subscribe().withSubscriber(new Chunks());
  }

  /** Closes a connection whose caller reads nothing any more: it would hold the content forever. */
  private void watch(LongSupplier progress) {
    long[] before = {-1};
    timer =
        routing
            .vertx()
            .setPeriodic(
                patienceMillis,
                ignored -> {
                  long now = progress.getAsLong();
                  if (now == before[0]) {
                    cut(new TimeoutException("the caller reads nothing"));
                  }
                  before[0] = now;
                });
  }

  private void end() {
    routing.vertx().cancelTimer(timer);
    if (!response.closed()) {
      response.end();
    }
  }

  private void cut(Throwable cause) {
    routing.vertx().cancelTimer(timer);
    if (!response.closed()) {
      LOG.warnf("An object was not sent whole: %s", cause);
      // Not the connection's own way, which waits until the caller has taken what is on its way.
      if (routing.request().connection() instanceof ConnectionBase connection) {
        var _ = connection.channelHandlerContext().close();
      } else {
        response.reset();
      }
    }
  }

  /** Takes chunks on any thread, and writes them on that of the connection. */
  private final class Chunks implements Flow.Subscriber<ByteBuffer> {
    private Flow.@Nullable Subscription subscription;
    private int owed;

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      routing.addEndHandler(ignored -> given.cancel());
      given.request(WINDOW);
    }

    @Override
    public void onNext(ByteBuffer chunk) {
      context.runOnContext(ignored -> write(chunk));
    }

    private void write(ByteBuffer chunk) {
      if (response.closed()) {
        return;
      }
      sent += chunk.remaining();
      Buffer buffer = BufferImpl.buffer(Unpooled.wrappedBuffer(chunk));
      response.write(buffer);
      owed++;
      if (response.writeQueueFull()) {
        response.drainHandler(ignored -> takeMore());
      } else {
        takeMore();
      }
    }

    private void takeMore() {
      int count = owed;
      owed = 0;
      if (count > 0) {
        Objects.requireNonNull(subscription).request(count);
      }
    }

    @Override
    public void onError(Throwable failure) {
      context.runOnContext(ignored -> cut(failure));
    }

    @Override
    public void onComplete() {
      context.runOnContext(
          ignored -> {
            if (sent == body.slice().length()) {
              end();
            } else {
              cut(new EOFException("the store gave " + sent + " bytes only"));
            }
          });
    }
  }
}
