package dev.mikcar.sql.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a server. Read from a URL by {@link PgUrl}.
 *
 * @param addresses where it may be, tried in this order
 * @param password null when there is none
 * @param channelBinding whether a login is tied to the TLS connection that it is made over
 * @param keepAlive how a peer that is gone is noticed
 * @param startup what else the server is told when a session starts
 */
record PgSettings(
    List<Address> addresses,
    String user,
    @Nullable String password,
    String database,
    SslMode sslMode,
    Optional<Path> rootCertificate,
    Optional<ClientCertificate> clientCertificate,
    ChannelBinding channelBinding,
    Duration connectTimeout,
    KeepAlive keepAlive,
    Map<String, String> startup) {

  /**
   * One server.
   *
   * @param host a name, an address, or the folder of a unix socket, which begins with a slash
   */
  record Address(String host, int port) {
    boolean isSocket() {
      return host.startsWith("/");
    }

    /** The path that a server of this port listens on. */
    String socketPath() {
      return host + "/.s.PGSQL." + port;
    }
  }

  /** What we show to a server that asks, in PEM. */
  record ClientCertificate(Path certificate, Path key) {}

  /**
   * Of TCP.
   *
   * @param on whether an idle connection is probed
   * @param idleSeconds after which silence
   * @param intervalSeconds how often then
   * @param count how many probes may be lost
   * @param unacknowledged after which time without an acknowledgement of what was sent a connection
   *     is given up; 0: when the system does
   */
  record KeepAlive(
      boolean on, int idleSeconds, int intervalSeconds, int count, Duration unacknowledged) {}

  /** See <a href="https://www.postgresql.org/docs/current/libpq-connect.html">libpq</a>. */
  enum ChannelBinding {
    DISABLE,
    PREFER,
    REQUIRE
  }

  /** See <a href="https://www.postgresql.org/docs/current/libpq-ssl.html">libpq</a>. */
  enum SslMode {
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL;

    boolean verifies() {
      return this == VERIFY_CA || this == VERIFY_FULL;
    }

    boolean demandsTls() {
      return this == REQUIRE || verifies();
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "PgSettings[" + addresses + ", user " + user + ", database " + database + "]";
  }
}
