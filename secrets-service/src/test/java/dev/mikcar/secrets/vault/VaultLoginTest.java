package dev.mikcar.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.WantedVersion;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the sidecar becomes and stays known to a real OpenBao, over TLS. */
class VaultLoginTest {
  private static final SecretName NAME = new SecretName("db");
  private static final WantedVersion CURRENT = new WantedVersion.Current();
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String LOGIN = "auth/approle/login";

  @TempDir private static Path folder;
  private static Vertx vertx;
  private static OpenBao bao;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    bao = OpenBao.startWithTls(folder);
    bao.admin("POST", "secret/data/db", "{\"data\":{\"value\":\"v\"}}");
    bao.admin(
        "POST",
        "sys/policies/acl/reader",
        "{\"policy\":\"path \\\"secret/data/db\\\" { capabilities = [\\\"read\\\"] }\"}");
    bao.admin("POST", "sys/auth/approle", "{\"type\":\"approle\"}");
    bao.admin("POST", "sys/auth/kubernetes", "{\"type\":\"kubernetes\"}");
  }

  @AfterAll
  static void stop() {
    if (bao != null) {
      bao.close();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static SecretStore open(String options) {
    return new VaultSecretStore(
        vertx,
        VaultUrl.parse(
            "127.0.0.1:" + bao.port() + "?ca_file=" + bao.certificate() + "&" + options, true));
  }

  private static Secret read(SecretStore store) {
    return store.get(NAME, CURRENT).await().atMost(LIMIT);
  }

  private static void checkRead(SecretStore store) {
    assertThat(read(store).value()).isEqualTo(SecretValue.of("v"));
  }

  private static int logins() {
    return bao.requests(LOGIN).size();
  }

  private static SecretStore appRole(String name, Duration ttl, Duration longest) {
    List<String> role = bao.appRole(name, "reader", ttl, longest);
    return open("role_id=" + role.get(0) + "&secret_id=" + role.get(1));
  }

  @Test
  void aTokenIsRenewedAndAtItsLongestLifeThereIsANewLogin() {
    // Given
    int logins = logins();
    int renewals = bao.requests("auth/token/renew-self").size();
    try (SecretStore store = appRole("short", Duration.ofSeconds(2), Duration.ofSeconds(5))) {
      // When, then
      Await.until(
          "there were a renewal and a second login, and every read succeeded",
          LONG,
          () -> {
            checkRead(store);
            return logins() >= logins + 2
                && bao.requests("auth/token/renew-self").size() > renewals;
          });
    }
  }

  @Test
  void ofManyWhoseTokenWasRevokedOneLogsIn() {
    // Given
    try (SecretStore store = appRole("revoked", Duration.ofHours(1), Duration.ofHours(2))) {
      checkRead(store);
      int logins = logins();
      int lookups = bao.requests("auth/token/lookup-self").size();
      bao.revokeTokens();

      // When
      List<Uni<Secret>> reads =
          IntStream.range(0, 30).mapToObj(i -> store.get(NAME, CURRENT)).toList();
      List<Secret> all = Uni.join().all(reads).andFailFast().await().atMost(LIMIT);

      // Then
      assertThat(all).hasSize(30);
      assertThat(logins()).isEqualTo(logins + 1);
      // The administrator's of revokeTokens() is one of them.
      assertThat(bao.requests("auth/token/lookup-self").size()).isEqualTo(lookups + 2);
    }
  }

  @Test
  void whatATokenMayNotReadIsForbiddenAndNoReasonToLogIn() {
    // Given
    try (SecretStore store = appRole("narrow", Duration.ofHours(1), Duration.ofHours(2))) {
      checkRead(store);
      int logins = logins();

      // When, then
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> store.get(new SecretName("other"), CURRENT).await().atMost(LIMIT))
            .isInstanceOf(ApiException.Forbidden.class);
      }
      assertThat(logins()).isEqualTo(logins);
    }
  }

  @Test
  void aRotatedSecretIdIsReadAnew(@TempDir Path files) throws IOException {
    // Given
    List<String> role = bao.appRole("rotated", "reader", Duration.ofHours(1), Duration.ofHours(2));
    Path file = Files.writeString(files.resolve("secret-id"), role.get(1) + "\n");
    try (SecretStore store = open("role_id=" + role.get(0) + "&secret_id_file=" + file)) {
      checkRead(store);
      bao.admin(
          "POST",
          "auth/approle/role/rotated/secret-id/destroy",
          "{\"secret_id\":\"" + role.get(1) + "\"}");
      Files.writeString(file, bao.secretId("rotated"));

      // When
      bao.revokeTokens();

      // Then
      checkRead(store);
    }
  }

  @Test
  void aRotatedTokenFileIsReadAnew(@TempDir Path files) throws IOException {
    // Given
    Path file = Files.writeString(files.resolve("token"), token());
    try (SecretStore store = open("token_file=" + file)) {
      checkRead(store);

      // When
      bao.revokeTokens();
      Files.writeString(file, token());

      // Then
      checkRead(store);
    }
  }

  private static String token() {
    return bao.admin("POST", "auth/token/create", "{\"policies\":[\"reader\"],\"ttl\":\"1h\"}")
        .getJsonObject("auth")
        .getString("client_token");
  }

  @Test
  void aServiceAccountOfKubernetesLogsIn(@TempDir Path files) throws IOException {
    try (TokenReviews kubernetes = TokenReviews.start()) {
      // Given
      bao.admin(
          "POST",
          "auth/kubernetes/config",
          kubernetes.configuration(Files.readString(bao.certificate())));
      bao.admin(
          "POST",
          "auth/kubernetes/role/app",
          "{\"bound_service_account_names\":[\"app\"],"
              + "\"bound_service_account_namespaces\":[\"prod\"],\"token_policies\":[\"reader\"]}");
      Path file = Files.writeString(files.resolve("token"), TokenReviews.token("prod", "app", "1"));
      try (SecretStore store = open("role=app&jwt_file=" + file)) {
        checkRead(store);
        Files.writeString(file, TokenReviews.token("prod", "app", "2"));

        // When
        bao.revokeTokens();

        // Then
        checkRead(store);
        assertThat(kubernetes.reviewed())
            .containsExactly(
                TokenReviews.token("prod", "app", "1"), TokenReviews.token("prod", "app", "2"));
      }
    }
  }

  @Test
  void aServerThatNobodyVouchesForIsNotTalkedTo() {
    // Given
    int before = bao.requests("").size();
    try (SecretStore store =
        new VaultSecretStore(
            vertx, VaultUrl.parse("127.0.0.1:" + bao.port() + "?token=" + bao.root(), true))) {
      // When, then
      assertThatThrownBy(() -> read(store)).isInstanceOf(ApiException.BackendUnavailable.class);
      assertThat(bao.requests("")).hasSize(before);
    }
  }
}
