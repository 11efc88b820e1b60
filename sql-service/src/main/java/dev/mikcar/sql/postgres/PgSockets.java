package dev.mikcar.sql.postgres;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.postgres.PgSettings.Address;
import dev.mikcar.sql.postgres.PgSettings.KeepAlive;
import dev.mikcar.sql.postgres.PgSettings.SslMode;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.NetSocketInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;

/** Opens sockets to servers, with TLS when it is wanted, each within the time for a connection. */
final class PgSockets {
  private final Vertx vertx;
  private final PgSettings settings;
  private final NetClient client;

  PgSockets(Vertx vertx, PgSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
    this.client = vertx.createNetClient(options(settings));
  }

  /**
   * Where a socket ends, exactly: of the servers behind a name, this one.
   *
   * @param tls whether it is used with TLS
   */
  record Peer(SocketAddress where, boolean tls) {}

  private static NetClientOptions options(PgSettings settings) {
    NetClientOptions options =
        new NetClientOptions()
            .setConnectTimeout((int) settings.connectTimeout().toMillis())
            .setTcpNoDelay(true)
            .setTcpKeepAlive(settings.keepAlive().on())
            .setTcpUserTimeout((int) settings.keepAlive().unacknowledged().toMillis());
    Optional<Path> root = settings.rootCertificate();
    if (root.isPresent()) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(readable(root.get()).toString()));
    } else if (!settings.sslMode().verifies()) {
      options.setTrustAll(true);
    }
    settings
        .clientCertificate()
        .ifPresent(
            own ->
                options.setKeyCertOptions(
                    new PemKeyCertOptions()
                        .setCertPath(readable(own.certificate()).toString())
                        .setKeyPath(readable(own.key()).toString())));
    // Of a server whose name may be another, only the certificate is checked.
    options.setHostnameVerificationAlgorithm(
        settings.sslMode() == SslMode.VERIFY_FULL ? "HTTPS" : "");
    return options;
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new SettingException(
          "DATABASE_URL",
          "the file '" + file + "' cannot be read",
          "readable certificates and keys");
    }
    return file;
  }

  void close() {
    var _ = client.close();
  }

  Future<NetSocket> open(Address address, boolean tls) {
    return open(
        address.isSocket()
            ? SocketAddress.domainSocketAddress(address.socketPath())
            : SocketAddress.inetSocketAddress(address.port(), address.host()),
        tls);
  }

  /** Another socket to the same server. */
  Future<NetSocket> open(Peer peer) {
    return open(peer.where(), peer.tls());
  }

  private Future<NetSocket> open(SocketAddress where, boolean tls) {
    return client
        .connect(where)
        .recover(_ -> Future.failedFuture(failure("the database cannot be reached")))
        .compose(
            socket -> {
              keepAlive(((NetSocketInternal) socket).channelHandlerContext().channel());
              return tls ? secure(socket) : Future.succeededFuture(socket);
            });
  }

  private void keepAlive(Channel channel) {
    KeepAlive probes = settings.keepAlive();
    if (!probes.on()) {
      return;
    }
    if (channel instanceof EpollSocketChannel) {
      channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, probes.idleSeconds());
      channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, probes.intervalSeconds());
      channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, probes.count());
    } else if (channel instanceof NioSocketChannel) {
      channel
          .config()
          .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), probes.idleSeconds());
      channel
          .config()
          .setOption(
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
              probes.intervalSeconds());
      channel
          .config()
          .setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), probes.count());
    }
  }

  /** The server that a socket of an address has come to. */
  static Peer peer(Address address, NetSocket socket, boolean tls) {
    if (((NetSocketInternal) socket).channelHandlerContext().channel().remoteAddress()
        instanceof InetSocketAddress reached) {
      try {
        // With the name, which the certificate is for.
        InetAddress exact =
            InetAddress.getByAddress(address.host(), reached.getAddress().getAddress());
        return new Peer(
            SocketAddress.inetSocketAddress(new InetSocketAddress(exact, reached.getPort())), tls);
      } catch (UnknownHostException e) {
        throw new IllegalStateException("an address of a socket is one", e);
      }
    }
    return new Peer(SocketAddress.domainSocketAddress(address.socketPath()), tls);
  }

  /** Asks for TLS before anything else is said. */
  private Future<NetSocket> secure(NetSocket socket) {
    Promise<NetSocket> secured = Promise.promise();
    socket.closeHandler(_ -> secured.tryFail(tlsFailure("the server closed the connection")));
    socket.exceptionHandler(e -> secured.tryFail(tlsFailure("the connection broke")));
    socket.handler(
        answer -> {
          if (answer.length() == 1 && answer.getByte(0) == 'S') {
            socket
                .upgradeToSsl()
                .onSuccess(_ -> secured.tryComplete(socket))
                .onFailure(
                    _ ->
                        secured.tryFail(
                            tlsFailure("the certificate or the handshake was refused")));
          } else if (answer.length() == 1
              && answer.getByte(0) == 'N'
              && !settings.sslMode().demandsTls()) {
            secured.tryComplete(socket);
          } else {
            // More than one byte before TLS is somebody in the middle, CVE-2021-23222.
            secured.tryFail(tlsFailure("the server does not offer it"));
          }
        });
    long timer =
        vertx.setTimer(
            settings.connectTimeout().toMillis(),
            _ -> secured.tryFail(failure("the database does not answer")));
    socket.write(Frontend.sslRequest());
    return secured
        .future()
        .onComplete(_ -> vertx.cancelTimer(timer))
        .onFailure(_ -> socket.close());
  }

  private static Throwable tlsFailure(String why) {
    return failure("TLS: " + why);
  }

  private static Throwable failure(String why) {
    return new PgException(SqlFailure.of("08001", why));
  }
}
