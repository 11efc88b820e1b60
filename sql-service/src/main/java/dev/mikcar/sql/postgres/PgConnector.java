package dev.mikcar.sql.postgres;

import dev.mikcar.sql.postgres.PgSettings.Address;
import dev.mikcar.sql.postgres.PgSettings.SslMode;
import dev.mikcar.sql.postgres.PgSockets.Peer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Opens sessions, of a server itself or of a pooler in front of one. A pooler is known by this: the
 * process that it names for cancellations is not the one that answers.
 */
final class PgConnector {
  private final Vertx vertx;
  private final PgSettings settings;
  private final Learned learned;
  private final PgSockets sockets;

  /** Contexts of their own: on that of a request, a session would keep what belongs to it. */
  private final List<Loop> loops;

  private final AtomicInteger next = new AtomicInteger();

  /** Where a server itself answered the last time. */
  private final Set<Address> servers = ConcurrentHashMap.newKeySet();

  PgConnector(Vertx vertx, PgSettings settings, Learned learned) {
    this.vertx = vertx;
    this.settings = settings;
    this.learned = learned;
    this.sockets = new PgSockets(vertx, settings);
    this.loops =
        IntStream.range(0, 2 * Runtime.getRuntime().availableProcessors())
            .mapToObj(_ -> newLoop(vertx))
            .toList();
  }

  /** An event loop, and a context of its own on it. */
  private record Loop(Context context, Thread thread) {}

  /** A thread that Vert.x does not know gets a new context. Called at the start of the process. */
  private static Loop newLoop(Vertx vertx) {
    CompletableFuture<Loop> loop = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              Context context = vertx.getOrCreateContext();
              context.runOnContext(_ -> loop.complete(new Loop(context, Thread.currentThread())));
            });
    return loop.join();
  }

  void close() {
    sockets.close();
  }

  /**
   * A session at the first address that gives one, served by the event loop that asks when one
   * asks.
   */
  Future<PgConnection> connect() {
    Promise<PgConnection> session = Promise.promise();
    Thread asking = Thread.currentThread();
    loops.stream()
        .filter(loop -> loop.thread().equals(asking))
        .findFirst()
        .orElseGet(() -> loops.get(Math.floorMod(next.getAndIncrement(), loops.size())))
        .context()
        .runOnContext(_ -> connect(0).onComplete(session));
    return session.future();
  }

  private Future<PgConnection> connect(int index) {
    Future<PgConnection> attempt = connect(settings.addresses().get(index));
    return index + 1 < settings.addresses().size()
        ? attempt.recover(_ -> connect(index + 1))
        : attempt;
  }

  private Future<PgConnection> connect(Address address) {
    SslMode mode = address.isSocket() ? SslMode.DISABLE : settings.sslMode();
    return switch (mode) {
      case DISABLE -> session(address, false);
      case ALLOW -> session(address, false).recover(_ -> session(address, true));
      case PREFER ->
          session(address, true)
              .recover(e -> isTls(e) ? session(address, false) : Future.failedFuture(e));
      case REQUIRE, VERIFY_CA, VERIFY_FULL -> session(address, true);
    };
  }

  private static boolean isTls(Throwable failure) {
    return failure instanceof PgException e && e.failure().message().startsWith("TLS: ");
  }

  private Future<PgConnection> session(Address address, boolean tls) {
    if (!servers.contains(address)) {
      return logIn(address, tls, false)
          .compose(
              connection -> {
                if (connection.isShared()) {
                  return Future.succeededFuture(connection);
                }
                // Once in the life of this process: a session that has told it all from the start.
                servers.add(address);
                connection.close();
                return asServer(address, tls);
              });
    }
    return asServer(address, tls);
  }

  /** Speaks to a server itself; if it is none, to the pooler that is there now. */
  private Future<PgConnection> asServer(Address address, boolean tls) {
    return logIn(address, tls, true)
        .recover(
            e -> {
              if (!isRefusedParameter(e)) {
                return Future.failedFuture(e);
              }
              servers.remove(address);
              return logIn(address, tls, false).onSuccess(PgConnection::share);
            })
        .onSuccess(
            connection -> {
              if (connection.isShared()) {
                servers.remove(address);
              }
            });
  }

  private static boolean isRefusedParameter(Throwable failure) {
    return failure instanceof PgException e && e.failure().sqlstate().equals("08P01");
  }

  private Future<PgConnection> logIn(Address address, boolean tls, boolean server) {
    return sockets
        .open(address, tls)
        .compose(
            socket ->
                PgLogin.logIn(
                    vertx,
                    settings,
                    learned,
                    socket,
                    PgSockets.peer(address, socket, tls),
                    startup(server)))
        .compose(connection -> connection.identify().map(connection));
  }

  /** What every pooler takes; a server takes more, and gives it back after a reset. */
  private Map<String, String> startup(boolean server) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", settings.user());
    parameters.put("database", settings.database());
    parameters.put("client_encoding", "UTF8");
    if (server) {
      parameters.putAll(PgFormats.OF_SESSION);
    }
    parameters.putAll(settings.startup());
    return parameters;
  }

  /**
   * Tells the server of a session to cancel what it runs; done when the server has taken it, or
   * cannot be told within the time for a connection.
   */
  Future<Void> cancel(PgConnection connection) {
    Promise<Void> taken = Promise.promise();
    long timer = vertx.setTimer(settings.connectTimeout().toMillis(), _ -> taken.tryComplete());
    Peer peer = connection.peer();
    sockets
        .open(peer)
        .onFailure(_ -> taken.tryComplete())
        .onSuccess(socket -> cancel(connection, socket, taken));
    return taken.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  private static void cancel(PgConnection connection, NetSocket socket, Promise<Void> taken) {
    socket.handler(_ -> {});
    socket.exceptionHandler(_ -> taken.tryComplete());
    // The server closes once it has sent the signal, and not before.
    socket.closeHandler(_ -> taken.tryComplete());
    taken.future().onComplete(_ -> socket.close());
    socket.write(Frontend.cancelRequest(connection.process(), connection.secret()));
  }
}
