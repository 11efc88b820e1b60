package dev.mikcar.sql.postgres;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import dev.mikcar.common.settings.SettingException;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.postgres.PgSettings.Address;
import dev.mikcar.sql.postgres.PgSettings.SslMode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Opens sessions: socket, TLS, login. */
final class PgConnector {
  private final Vertx vertx;
  private final PgSettings settings;
  private final PgTypes types;
  private final NetClient client;

  /** Contexts of their own: on that of a request, a session would keep what belongs to it. */
  private final List<Loop> loops;

  private final AtomicInteger next = new AtomicInteger();

  PgConnector(Vertx vertx, PgSettings settings, PgTypes types) {
    this.vertx = vertx;
    this.settings = settings;
    this.types = types;
    this.client = vertx.createNetClient(options(settings));
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

  private static NetClientOptions options(PgSettings settings) {
    NetClientOptions options =
        new NetClientOptions()
            .setConnectTimeout((int) settings.connectTimeout().toMillis())
            .setTcpNoDelay(true)
            .setTcpKeepAlive(true);
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
    return open(address, tls).compose(this::logIn);
  }

  private Future<NetSocket> open(Address address, boolean tls) {
    SocketAddress where =
        address.isSocket()
            ? SocketAddress.domainSocketAddress(address.socketPath())
            : SocketAddress.inetSocketAddress(address.port(), address.host());
    return client
        .connect(where)
        .recover(e -> unreachable("the database cannot be reached"))
        .compose(socket -> tls ? secure(socket) : Future.succeededFuture(socket));
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
                .onComplete(
                    done -> {
                      if (done.succeeded()) {
                        secured.tryComplete(socket);
                      } else {
                        secured.tryFail(tlsFailure("the certificate or the handshake was refused"));
                        socket.close();
                      }
                    });
          } else {
            // More than one byte before TLS is somebody in the middle, CVE-2021-23222.
            if (answer.length() == 1
                && answer.getByte(0) == 'N'
                && !settings.sslMode().demandsTls()) {
              secured.tryComplete(socket);
            } else {
              secured.tryFail(tlsFailure("the server does not offer it"));
              socket.close();
            }
          }
        });
    socket.write(Frontend.sslRequest());
    return secured.future();
  }

  private static Throwable tlsFailure(String why) {
    return new PgException(SqlFailure.of("08001", "TLS: " + why));
  }

  private static <T> Future<T> unreachable(String why) {
    return Future.failedFuture(new PgException(SqlFailure.of("08001", why)));
  }

  private Future<PgConnection> logIn(NetSocket socket) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", settings.user());
    parameters.put("database", settings.database());
    parameters.put("client_encoding", "UTF8");
    parameters.put("DateStyle", "ISO");
    parameters.put("IntervalStyle", "iso_8601");
    parameters.put("bytea_output", "hex");
    parameters.putAll(settings.startup());
    Promise<PgConnection> done = Promise.promise();
    Login login = new Login(socket, done);
    socket.handler(login.framing);
    socket.closeHandler(
        _ -> login.fail(SqlFailure.of("08001", "the server closed the connection")));
    socket.exceptionHandler(_ -> login.fail(SqlFailure.of("08001", "the connection broke")));
    long timer =
        vertx.setTimer(
            settings.connectTimeout().toMillis(),
            _ -> login.fail(SqlFailure.of("08001", "the login takes too long")));
    done.future().onComplete(_ -> vertx.cancelTimer(timer));
    socket.write(Frontend.startup(parameters));
    return done.future();
  }

  /** Tells the server to cancel what a session runs; done when the server has taken it. */
  Future<Void> cancel(PgConnection connection) {
    Promise<Void> taken = Promise.promise();
    cancelAt(0, connection, taken);
    return taken.future();
  }

  private void cancelAt(int index, PgConnection connection, Promise<Void> taken) {
    if (index >= settings.addresses().size()) {
      taken.tryComplete();
      return;
    }
    Address address = settings.addresses().get(index);
    open(address, !address.isSocket() && settings.sslMode().demandsTls())
        .onComplete(
            opened -> {
              if (opened.failed()) {
                cancelAt(index + 1, connection, taken);
                return;
              }
              NetSocket socket = opened.result();
              socket.handler(_ -> {});
              socket.exceptionHandler(_ -> taken.tryComplete());
              // The server closes once it has sent the signal, and not before.
              socket.closeHandler(_ -> taken.tryComplete());
              socket.write(Frontend.cancelRequest(connection.process(), connection.secret()));
            });
  }

  /** One login on its way. Runs on the event loop of its socket. */
  private final class Login {
    private final NetSocket socket;
    private final Promise<PgConnection> done;
    private final Framing framing;
    private Optional<ScramClient> scram = Optional.empty();

    Login(NetSocket socket, Promise<PgConnection> done) {
      this.socket = socket;
      this.done = done;
      this.framing =
          new Framing(
              this::receive,
              _ -> fail(SqlFailure.of("08P01", "the server does not speak the protocol")));
    }

    private void receive(Message message) {
      switch (message.type()) {
        case 'R' -> authenticate(message);
        case 'E' -> fail(message.failure());
        default -> {}
      }
    }

    void fail(SqlFailure failure) {
      if (done.tryFail(new PgException(failure))) {
        socket.close();
      }
    }

    private void authenticate(Message message) {
      int request = message.int32();
      switch (request) {
        case 0 -> ready();
        case 3 -> send(Md5Login.zeroEnded(password()));
        case 5 -> {
          byte[] salt = new byte[4];
          message.body().readBytes(salt);
          send(Md5Login.answer(settings.user(), password(), salt));
        }
        case 10 -> beginScram(message);
        case 11 -> continueScram(rest(message));
        case 12 -> endScram(rest(message));
        default -> fail(SqlFailure.of("28000", "the server asks for a login that is not known"));
      }
    }

    private void ready() {
      PgConnection connection = new PgConnection(socket, types);
      framing.redirect(connection::receive, connection::fail);
      connection
          .awaitReady()
          .onComplete(
              ready -> {
                if (ready.failed()) {
                  done.tryFail(ready.cause());
                } else if (ready.result().failure() != null) {
                  fail(ready.result().failure());
                } else if (!done.tryComplete(connection)) {
                  connection.close();
                }
              });
    }

    private String password() {
      String password = settings.password();
      return password == null ? "" : password;
    }

    private void send(byte[] content) {
      socket.write(new Frontend().password(content).bytes());
    }

    private static String rest(Message message) {
      return message.body().toString(StandardCharsets.UTF_8);
    }

    private void beginScram(Message message) {
      List<String> offered = new ArrayList<>();
      for (String name = message.cString(); !name.isEmpty(); name = message.cString()) {
        offered.add(name);
      }
      if (!offered.contains("SCRAM-SHA-256") || password().isEmpty()) {
        fail(SqlFailure.of("28000", "the server wants a password by SCRAM-SHA-256"));
        return;
      }
      ScramClient client =
          ScramClient.builder()
              .advertisedMechanisms(List.of("SCRAM-SHA-256"))
              .username("*")
              .password(password().toCharArray())
              .build();
      scram = Optional.of(client);
      send(ScramMessages.first(client));
    }

    /** The key is stretched by thousands of hashes: not on the event loop. */
    private void continueScram(String challenge) {
      ScramClient client = scram.orElseThrow();
      vertx
          .executeBlocking(
              () -> {
                client.serverFirstMessage(challenge);
                return client.clientFinalMessage().toString();
              })
          .onComplete(
              answer -> {
                if (answer.succeeded()) {
                  send(answer.result().getBytes(StandardCharsets.UTF_8));
                } else {
                  fail(SqlFailure.of("28000", "the login by SCRAM-SHA-256 failed"));
                }
              });
    }

    private void endScram(String proof) {
      try {
        scram.orElseThrow().serverFinalMessage(proof);
      } catch (ScramException e) {
        fail(SqlFailure.of("28000", "the server does not know the password itself"));
      }
    }
  }
}
