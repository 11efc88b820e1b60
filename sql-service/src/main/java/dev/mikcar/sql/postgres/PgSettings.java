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
    Duration connectTimeout,
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
