package dev.mikcar.sql.postgres;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.postgres.PgSettings.ChannelBinding;
import dev.mikcar.sql.postgres.PgSockets.Peer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** One login on its way, within the time for a connection. Runs on the event loop of its socket. */
final class PgLogin {
  private static final String PLAIN = "SCRAM-SHA-256";
  private static final String BOUND = "SCRAM-SHA-256-PLUS";

  private final Vertx vertx;
  private final PgSettings settings;
  private final Learned learned;
  private final NetSocket socket;
  private final Peer peer;
  private final Promise<PgConnection> done = Promise.promise();
  private final Framing framing;
  private Optional<ScramClient> scram = Optional.empty();

  /** Whether the server has shown that it knows the password, over this very connection. */
  private boolean proven;

  private PgLogin(Vertx vertx, PgSettings settings, Learned learned, NetSocket socket, Peer peer) {
    this.vertx = vertx;
    this.settings = settings;
    this.learned = learned;
    this.socket = socket;
    this.peer = peer;
    this.framing =
        new Framing(
            this::receive,
            _ -> fail(SqlFailure.of("08P01", "the server does not speak the protocol")));
  }

  /**
   * A session on a socket.
   *
   * @param startup what the server is told, the user and the database included
   */
  static Future<PgConnection> logIn(
      Vertx vertx,
      PgSettings settings,
      Learned learned,
      NetSocket socket,
      Peer peer,
      Map<String, String> startup) {
    return new PgLogin(vertx, settings, learned, socket, peer).begin(startup);
  }

  private Future<PgConnection> begin(Map<String, String> startup) {
    socket.handler(framing);
    socket.closeHandler(_ -> fail(SqlFailure.of("08001", "the server closed the connection")));
    socket.exceptionHandler(_ -> fail(SqlFailure.of("08001", "the connection broke")));
    long timer =
        vertx.setTimer(
            settings.connectTimeout().toMillis(),
            _ -> fail(SqlFailure.of("08001", "the login takes too long")));
    done.future().onComplete(_ -> vertx.cancelTimer(timer));
    socket.write(Frontend.startup(startup));
    return done.future();
  }

  private void receive(Message message) {
    switch (message.type()) {
      case 'R' -> authenticate(message);
      case 'E' -> fail(message.failure());
      default -> {}
    }
  }

  private void fail(SqlFailure failure) {
    if (done.tryFail(new PgException(failure))) {
      socket.close();
    }
  }

  private void refuse(String why) {
    fail(SqlFailure.of("28000", why));
  }

  private void authenticate(Message message) {
    int request = message.int32();
    boolean bound = settings.channelBinding() == ChannelBinding.REQUIRE;
    if (bound && (request == 3 || request == 5 || (request == 0 && !proven))) {
      refuse("channel_binding=require, and the server asks for a login without it");
      return;
    }
    switch (request) {
      case 0 -> {
        if (scram.isPresent() && !proven) {
          refuse("the server ended the login before it has shown that it knows the password");
        } else {
          ready();
        }
      }
      case 3 -> send(Md5Login.zeroEnded(password()));
      case 5 -> {
        byte[] salt = new byte[4];
        message.body().readBytes(salt);
        send(Md5Login.answer(settings.user(), password(), salt));
      }
      case 10 -> beginScram(message);
      case 11 -> continueScram(rest(message));
      case 12 -> endScram(rest(message));
      default -> refuse("the server asks for a login that is not known");
    }
  }

  private void ready() {
    PgConnection connection = new PgConnection(vertx, socket, peer, learned);
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
    byte[] binding = offered.contains(BOUND) ? binding() : new byte[0];
    boolean required = settings.channelBinding() == ChannelBinding.REQUIRE;
    if (required && binding.length == 0) {
      refuse("channel_binding=require, and the server or its certificate does not offer it");
      return;
    }
    if (password().isEmpty() || (binding.length == 0 && !offered.contains(PLAIN))) {
      refuse("the server wants a password by SCRAM-SHA-256");
      return;
    }
    var builder =
        ScramClient.builder()
            // As the server offers them, so that nobody in between has taken the better one away.
            .advertisedMechanisms(binding.length > 0 ? List.of(PLAIN, BOUND) : List.of(PLAIN))
            .username("*")
            .password(password().toCharArray());
    ScramClient client =
        binding.length > 0
            ? builder.channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, binding).build()
            : builder.build();
    scram = Optional.of(client);
    send(ScramMessages.first(client));
  }

  /**
   * The hash of the server's certificate, RFC 5929 section 4.1; empty when there is no TLS, it is
   * not wanted, or the certificate's algorithm has no such hash.
   */
  private byte[] binding() {
    SSLSession session = socket.sslSession();
    if (session == null || settings.channelBinding() == ChannelBinding.DISABLE) {
      return new byte[0];
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? TlsServerEndpoint.getChannelBindingData(certificate)
          : new byte[0];
    } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
      return new byte[0];
    }
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
                refuse("the login by SCRAM-SHA-256 failed");
              }
            });
  }

  private void endScram(String proof) {
    try {
      scram.orElseThrow().serverFinalMessage(proof);
      proven = true;
    } catch (ScramException e) {
      refuse("the server does not know the password itself");
    }
  }
}
