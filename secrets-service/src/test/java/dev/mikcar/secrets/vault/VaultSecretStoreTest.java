package dev.mikcar.secrets.vault;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretStoreContract;
import dev.mikcar.secrets.store.WantedVersion;
import dev.mikcar.test.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract against OpenBao in dev mode. */
class VaultSecretStoreTest extends SecretStoreContract {
  private static final Path BAO = Path.of("target/python/bin/bao");
  private static Vertx vertx;
  private static Process server;
  private static int port;
  private static SecretStore store;

  @BeforeAll
  static void start() throws IOException {
    Assumptions.assumeTrue(Files.isExecutable(BAO), "there is no OpenBao in " + BAO);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    server =
        new ProcessBuilder(
                BAO.toAbsolutePath().toString(),
                "server",
                "-dev",
                "-dev-no-store-token",
                "-dev-root-token-id=root",
                "-dev-listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(Path.of("target/bao.log").toFile())
            .start();
    vertx = Vertx.vertx();
    store = open("root");
    Await.until("OpenBao is there", Duration.ofSeconds(20), VaultSecretStoreTest::isUp);
  }

  private static SecretStore open(String token) {
    return new VaultSecretStore(
        vertx, VaultUrl.parse("127.0.0.1:" + port + "?token=" + token, false));
  }

  private static boolean isUp() {
    return store
        .ping()
        .replaceWith(true)
        .onFailure()
        .recoverWithItem(false)
        .await()
        .atMost(Duration.ofSeconds(10));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (server != null) {
      store.close();
      server.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly().waitFor();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Override
  protected SecretStore store() {
    return store;
  }

  @Test
  void aTokenThatVaultDoesNotKnowIsAnOutage() {
    // Given
    try (SecretStore wrong = open("wrong")) {
      // When, then
      assertThatThrownBy(
              () -> await(wrong.get(new SecretName("a"), new WantedVersion.Current())))
          .isInstanceOf(ApiException.BackendUnavailable.class)
          .hasMessage("Vault refuses the credentials of the sidecar");
    }
  }
}
