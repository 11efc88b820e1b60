package dev.mikcar.sql.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.PostgresServer;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Statement;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The ways to a server, and who is refused on them. */
class PgConnectTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String LOGIN = "postgres:se%2Fcret%20p%40ss@";

  private static Vertx vertx;
  private static PostgresServer secure;
  private static PostgresServer plain;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    secure = PostgresServer.startWithTls();
    plain = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    secure.close();
    plain.close();
  }

  /** Whether a statement is answered; a machine that is busy may take its time. */
  private static boolean works(String url) {
    String patient = url + (url.contains("?") ? "&" : "?") + "connect_timeout=60";
    try (PostgresDatabase database = PostgresDatabase.at(vertx, patient, 1, LONG, LONG, LONG)) {
      database
          .run(new Statement("SELECT 1", List.of()), Options.internal(LONG))
          .await()
          .atMost(LONG);
      return true;
    } catch (ApiException e) {
      assertThat(e.status()).as(e.getMessage()).isEqualTo(503);
      assertThat(e.getMessage()).doesNotContain("p@ss");
      return false;
    }
  }

  private static String secure(String host, String options) {
    return LOGIN + host + ":" + secure.port() + "/postgres?" + options;
  }

  @Test
  void tlsIsVerified() throws IOException {
    Path certificate = secure.certificate();
    String root = "&sslrootcert=" + certificate;

    assertThat(works(secure("localhost", "sslmode=verify-full" + root))).isTrue();
    assertThat(works(secure("127.0.0.1", "sslmode=verify-ca" + root))).isTrue();
    assertThat(works(secure("localhost", "sslmode=require"))).isTrue();
    assertThat(works(secure("localhost", "sslmode=prefer"))).isTrue();
    assertThat(works(secure("127.0.0.1", "sslmode=verify-full" + root)))
        .as("another name than the certificate's")
        .isFalse();
    assertThat(works(secure("localhost", "sslmode=verify-full")))
        .as("a certificate that nobody vouches for")
        .isFalse();
    assertThat(works(secure("localhost", "sslrootcert=system")))
        .as("the system does not vouch for it either")
        .isFalse();
    assertThat(works(secure("localhost", "sslmode=disable"))).isFalse();
    assertThat(works(secure("localhost", "sslmode=require").replace("se%2F", "x")))
        .as("another password")
        .isFalse();
    Files.delete(certificate);
  }

  @Test
  void channelsAreBoundWhenThatIsWanted() {
    assertThat(works(secure("localhost", "sslmode=require&channel_binding=require"))).isTrue();
    assertThat(works(secure("localhost", "sslmode=require&channel_binding=disable"))).isTrue();
    assertThat(works(LOGIN + "127.0.0.1:" + plain.port() + "/postgres?channel_binding=require"))
        .as("no TLS")
        .isFalse();
  }

  @Test
  void aUnixSocketIsAHostToo() {
    String folder = plain.folder().toString();

    assertThat(works("postgres@" + folder.replace("/", "%2F") + ":" + plain.port() + "/postgres"))
        .isTrue();
    assertThat(works("/postgres?host=" + folder + "&user=postgres&port=" + plain.port())).isTrue();
  }
}
