package dev.mikcar.common.http;

import dev.mikcar.common.settings.SettingException;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The TCP port and the unix socket of a packaged process. Quarkus can open both, but its server has
 * no place for three things that a sidecar owes its callers: an answer of our own to a request that
 * the HTTP codec refuses, a limit on how long a caller may take to send a request's head, and the
 * mode of the socket. The options are Quarkus's ({@code quarkus.http.*}), and so is the handler.
 */
final class Listeners {
  private final Vertx vertx;
  private final HttpServerOptions options;
  private final Duration requestTimeout;

  Listeners(Vertx vertx, Duration requestTimeout) {
    SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
    VertxHttpConfig http = config.getConfigMapping(VertxHttpConfig.class);
    this.vertx = vertx;
    this.requestTimeout = requestTimeout;
    this.options = new HttpServerOptions();
    HttpServerOptionsUtils.applyCommonOptions(
        options, config.getConfigMapping(VertxHttpBuildTimeConfig.class), http, List.of());
    options.setPort(http.port()).setHost(http.host());
    // HTTP/2 without TLS would have Vert.x wait for a whole request before it shows us the
    // connection, so that one that never sends it could not be closed in time.
    options.setHttp2ClearTextEnabled(false);
    // No service speaks WebSocket, and looking for it costs every request.
    options.setPerFrameWebSocketCompressionSupported(false);
    options.setPerMessageWebSocketCompressionSupported(false);
  }

  /** The address that the port is bound to. */
  String host() {
    return options.getHost();
  }

  /**
   * Opens the port, on every event loop.
   *
   * @return the port; another than the one asked for when that was 0
   * @throws SettingException when it cannot be bound
   */
  int openPort() {
    String host = options.getHost();
    try {
      int port = options.getPort() == 0 ? freePort(host) : options.getPort();
      return deploy(SocketAddress.inetSocketAddress(port, host));
    } catch (IOException | CompletionException e) {
      Throwable cause = rootCause(e);
      String reason = String.valueOf(cause.getMessage());
      if (cause instanceof UnknownHostException
          || reason.contains("Cannot assign requested address")) {
        throw new SettingException(
            "HOST", "cannot listen on '" + host + "': " + reason, "an address of this machine");
      }
      throw new SettingException(
          "PORT",
          "cannot listen on " + host + ":" + options.getPort() + ": " + reason,
          "a free port");
    }
  }

  /** One port for all event loops to share; each of them asking for a free one gets its own. */
  private static int freePort(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    }
  }

  /**
   * Opens the unix socket and gives it its mode.
   *
   * @throws SettingException when it cannot be bound, or a live process holds it
   */
  UnixSocket openSocket(Path path) {
    UnixSocket socket = UnixSocket.claim(path);
    try {
      deploy(SocketAddress.domainSocketAddress(path.toString()));
    } catch (CompletionException e) {
      throw new SettingException(
          "MIKCAR_SOCKET",
          "cannot listen on '" + path + "': " + rootCause(e).getMessage(),
          "a path in a writable directory");
    }
    socket.restrict();
    return socket;
  }

  private int deploy(SocketAddress address) {
    AtomicInteger port = new AtomicInteger(-1);
    vertx
        .deployVerticle(
            () -> new Listener(address, port), new DeploymentOptions().setInstances(eventLoops()))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    return port.get();
  }

  private static int eventLoops() {
    return ConfigProvider.getConfig()
        .getOptionalValue("quarkus.vertx.event-loops-pool-size", Integer.class)
        .orElseGet(() -> Runtime.getRuntime().availableProcessors() * 2);
  }

  private static Throwable rootCause(Throwable e) {
    Throwable t = e;
    while (t.getCause() != null) {
      t = t.getCause();
    }
    return t;
  }

  /** One event loop's share of an address: Vert.x hands connections to all that listen on it. */
  private final class Listener extends AbstractVerticle {
    private final SocketAddress address;
    private final AtomicInteger port;

    Listener(SocketAddress address, AtomicInteger port) {
      this.address = address;
      this.port = port;
    }

    @Override
    public void start(Promise<Void> started) {
      ConnectionWatch watch = new ConnectionWatch(vertx, requestTimeout);
      vertx
          .createHttpServer(options)
          .connectionHandler(watch::opened)
          .invalidRequestHandler(ErrorResponses::invalid)
          .requestHandler(
              request -> {
                watch.seen(request);
                VertxHttpRecorder.getRootHandler().handle(request);
              })
          .listen(address)
          .onSuccess((HttpServer server) -> port.set(server.actualPort()))
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }
}
