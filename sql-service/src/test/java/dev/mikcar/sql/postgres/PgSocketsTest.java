package dev.mikcar.sql.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.sql.postgres.PgSettings.Address;
import io.netty.channel.ChannelConfig;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the URL says of a peer that is gone reaches the socket. */
class PgSocketsTest {
  private static final String OPTIONS =
      "?keepalives_idle=7&keepalives_interval=2&keepalives_count=4&tcp_user_timeout=900";

  private static void open(
      boolean preferNative, Consumer<Vertx> first, Consumer<ChannelConfig> test) throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(preferNative));
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      first.accept(vertx);
      PgSockets sockets = new PgSockets(vertx, PgUrl.parse("u@127.0.0.1/d" + OPTIONS));
      NetSocket socket =
          sockets
              .open(new Address("127.0.0.1", server.getLocalPort()), false)
              .toCompletionStage()
              .toCompletableFuture()
              .join();

      test.accept(((NetSocketInternal) socket).channelHandlerContext().channel().config());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void allOfItWithTheTransportOfLinux() throws Exception {
    open(
        true,
        vertx -> Assumptions.assumeTrue(vertx.isNativeTransportEnabled(), "epoll"),
        config -> {
          assertThat(config.getOption(EpollChannelOption.SO_KEEPALIVE)).isTrue();
          assertThat(config.getOption(EpollChannelOption.TCP_KEEPIDLE)).isEqualTo(7);
          assertThat(config.getOption(EpollChannelOption.TCP_KEEPINTVL)).isEqualTo(2);
          assertThat(config.getOption(EpollChannelOption.TCP_KEEPCNT)).isEqualTo(4);
          assertThat(config.getOption(EpollChannelOption.TCP_USER_TIMEOUT)).isEqualTo(900);
        });
  }

  @Test
  void keepAliveWithAnyTransport() throws Exception {
    open(
        false,
        _ -> {},
        config -> {
          assertThat(config.getOption(NioChannelOption.SO_KEEPALIVE)).isTrue();
          assertThat(config.getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
              .isEqualTo(7);
          assertThat(config.getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
              .isEqualTo(2);
          assertThat(config.getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
              .isEqualTo(4);
        });
  }
}
