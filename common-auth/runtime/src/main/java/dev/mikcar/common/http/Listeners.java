package dev.mikcar.common.http;

import dev.mikcar.common.settings.SettingException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * The TCP port and the unix socket of a packaged process. Quarkus can open both, but its server has
 * no place for three things that a sidecar owes its callers: an answer of our own to a request that
 * the HTTP codec refuses, a limit on how long a caller may take to send a request's head, and the
 * mode of the socket. The options are Quarkus's ({@code quarkus.http.*}), and so is the handler.
 */
final class Listeners {
  /** How many requests of one connection may be handled on top of each other. */
  private static final int DEEPEST = 8;

  private final Vertx vertx;
  private final HttpServerOptions options;
  private final @Nullable HttpServerOptions tls;
  private final int mostConnections;
  private final int eventLoops;
  private final AtomicInteger connections = new AtomicInteger();
  private final Duration requestTimeout;

  Listeners(Vertx vertx, Duration requestTimeout, TlsConfigurationRegistry registry) {
    SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
    VertxHttpConfig http = config.getConfigMapping(VertxHttpConfig.class);
    this.vertx = vertx;
    this.requestTimeout = requestTimeout;
    QuarkusSettings.refuseIgnored(config);
    VertxHttpBuildTimeConfig built = config.getConfigMapping(VertxHttpBuildTimeConfig.class);
    this.mostConnections = http.limits().maxConnections().orElse(Integer.MAX_VALUE);
    this.eventLoops = http.ioThreads().orElseGet(Listeners::usualEventLoops);
    this.options = new HttpServerOptions();
    HttpServerOptionsUtils.applyCommonOptions(options, built, http, List.of());
    tune(options, http);
    this.tls = tls(built, http, registry);
    if (tls == null) {
      QuarkusSettings.refuseCertificate(config);
    }
  }

  /** The options of the port when it speaks TLS; null when there is no certificate. */
  private static @Nullable HttpServerOptions tls(
      VertxHttpBuildTimeConfig built, VertxHttpConfig http, TlsConfigurationRegistry registry) {
    Optional<String> name = http.tlsConfigurationName();
    TlsConfiguration configuration =
        name.map(n -> named(registry, n)).or(registry::getDefault).orElse(null);
    if (configuration == null || configuration.getKeyStoreOptions() == null) {
      return null;
    }
    HttpServerOptions options = new HttpServerOptions();
    HttpServerOptionsUtils.applyTlsConfigurationToHttpServerOptions(configuration, options);
    HttpServerOptionsUtils.applyCommonOptions(options, built, http, List.of());
    tune(options, http);
    // HTTP/2 would need answers of its own to what is refused here by closing the connection.
    return options.setUseAlpn(false);
  }

  private static TlsConfiguration named(TlsConfigurationRegistry registry, String name) {
    return registry
        .get(name)
        .filter(configuration -> configuration.getKeyStoreOptions() != null)
        .orElseThrow(
            () ->
                new SettingException(
                    "quarkus.http.tls-configuration-name",
                    "'" + name + "' has no certificate",
                    "the NAME of quarkus.tls.NAME.key-store settings"));
  }

  private static void tune(HttpServerOptions options, VertxHttpConfig http) {
    options.setPort(http.port()).setHost(http.host());
    // HTTP/2 without TLS would have Vert.x wait for a whole request before it shows us the
    // connection, so that one that never sends it could not be closed in time.
    options.setHttp2ClearTextEnabled(false);
    // No service speaks WebSocket, and looking for it costs every request.
    options.setPerFrameWebSocketCompressionSupported(false);
    options.setPerMessageWebSocketCompressionSupported(false);
  }

  /** Whether the port speaks TLS. */
  boolean isSecure() {
    return tls != null;
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
      return deploy(SocketAddress.inetSocketAddress(port, host), tls == null ? options : tls);
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
      deploy(SocketAddress.domainSocketAddress(socket.bound().toString()), options);
    } catch (CompletionException e) {
      socket.discard();
      throw new SettingException(
          "MIKCAR_SOCKET",
          "cannot listen on '" + path + "': " + rootCause(e).getMessage(),
          "a path in a writable directory");
    }
    socket.publish();
    return socket;
  }

  private int deploy(SocketAddress address, HttpServerOptions server) {
    AtomicInteger port = new AtomicInteger(-1);
    vertx
        .deployVerticle(
            () -> new Listener(address, server, port),
            new DeploymentOptions().setInstances(eventLoops))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    return port.get();
  }

  private static int usualEventLoops() {
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
    private final HttpServerOptions server;
    private final AtomicInteger port;
    private final AnswerHeaders headers = new AnswerHeaders();
    private int depth;

    Listener(SocketAddress address, HttpServerOptions server, AtomicInteger port) {
      this.address = address;
      this.server = server;
      this.port = port;
    }

    @Override
    public void start(Promise<Void> started) {
      ConnectionWatch watch = new ConnectionWatch(vertx, requestTimeout);
      vertx
          .createHttpServer(server)
          .connectionHandler(connection -> opened(watch, connection))
          .invalidRequestHandler(
              request -> {
                headers.addTo(request.response());
                ErrorResponses.invalid(request);
              })
          .requestHandler(
              request -> {
                watch.seen(request);
                headers.addTo(request.response());
                handle(request);
              })
          .listen(address)
          .onSuccess((HttpServer opened) -> port.set(opened.actualPort()))
          .<Void>mapEmpty()
          .onComplete(started);
    }

    private void opened(ConnectionWatch watch, HttpConnection connection) {
      ConnectionBase base = (ConnectionBase) connection;
      if (connections.incrementAndGet() > mostConnections) {
        connections.decrementAndGet();
        connection.close();
        return;
      }
      base.closeFuture().onComplete(ignored -> connections.decrementAndGet());
      watch.opened(connection);
      CodecHandlers.install(base.channel().pipeline(), server, () -> watch.current(connection));
    }

    /**
     * An answer that is given at once hands over the next request of its connection while it is on
     * the stack, so that a caller who sends many without waiting could overflow it: some levels
     * down, the next one begins on a stack of its own.
     */
    private void handle(HttpServerRequest request) {
      if (depth >= DEEPEST) {
        request.pause();
        vertx.getOrCreateContext().runOnContext(ignored -> enter(request));
      } else {
        enter(request);
      }
    }

    private void enter(HttpServerRequest request) {
      depth++;
      try {
        VertxHttpRecorder.getRootHandler().handle(request);
      } finally {
        depth--;
      }
    }
  }
}
