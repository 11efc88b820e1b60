package dev.mikcar.secrets.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretStoreContract;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.SecretVersion;
import dev.mikcar.secrets.store.WantedVersion;
import dev.mikcar.test.Await;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract, and what is Vault's own, against a real OpenBao. */
class VaultSecretStoreTest extends SecretStoreContract {
  private static final WantedVersion CURRENT = new WantedVersion.Current();
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private static Path folder;
  private static Vertx vertx;
  private static OpenBao bao;
  private static SecretStore store;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    bao = OpenBao.start(folder);
    store = open("?token=" + bao.root());
  }

  private static SecretStore open(String options) {
    return new VaultSecretStore(vertx, VaultUrl.parse("127.0.0.1:" + bao.port() + options, false));
  }

  @AfterAll
  static void stop() {
    if (bao != null) {
      store.close();
      bao.close();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Override
  protected SecretStore store() {
    return store;
  }

  private static Secret read(SecretStore from, String name) {
    return await(from.get(new SecretName(name), CURRENT));
  }

  private static String made(SecretStore in, String name, String value) {
    return await(in.create(new SecretName(name), SecretValue.of(value), Map.of()));
  }

  private static String fresh() {
    return "n" + UUID.randomUUID();
  }

  /** What the audit file has of a name is what was asked for, not another path. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "ü/ß",
        "a+b",
        "a&list=true",
        "a;b",
        "a:b",
        "a=b",
        "a@b",
        "a'b\"c",
        "日本/語",
        "...",
        "a/...b",
        "~",
        "{}",
        "<>",
        "|",
        "*",
        "a,b",
        "!$()[]^`"
      })
  void aStrangeNameIsOnePathAndNoOther(String end) {
    // Given
    String name = fresh() + "/" + end;

    // When
    String version = made(store, name, "v");
    Secret secret = read(store, name);
    List<SecretSummary> listed = await(store.list(name));

    // Then
    assertThat(version).isEqualTo("1");
    assertThat(secret.value()).isEqualTo(SecretValue.of("v"));
    assertThat(listed).extracting(found -> found.name().text()).containsExactly(name);
    assertThat(bao.requests("secret/data/" + name.substring(0, 20)))
        .containsExactly("create secret/data/" + name, "read secret/data/" + name);
  }

  @Test
  void fieldsOfOthersAreReadAsJson() {
    // Given
    String name = fresh();
    bao.admin("POST", "secret/data/" + name, "{\"data\":{\"user\":\"u\",\"password\":\"p\"}}");

    // When
    Secret secret = read(store, name);

    // Then
    assertThat(secret.value()).isEqualTo(SecretValue.of("{\"password\":\"p\",\"user\":\"u\"}"));
  }

  @Test
  void deletingIsSoftAndASecretMadeAnewGoesOnCounting() {
    // Given
    String name = fresh();
    String first = made(store, name, "a");
    await(store.delete(new SecretName(name)));

    // When
    String second = made(store, name, "b");

    // Then
    assertThat(first).isEqualTo("1");
    assertThat(second).isEqualTo("2");
    assertThat(await(store.versions(new SecretName(name))))
        .extracting(SecretVersion::state)
        .containsExactly(SecretVersion.State.CURRENT, SecretVersion.State.DELETED);
  }

  @Test
  void aNamespaceAndAMountOfItsOwn() {
    // Given
    bao.admin("POST", "sys/namespaces/team", "{}");
    bao.admin(
        "POST", "team/sys/mounts/own/kv", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
    String name = fresh();
    try (SecretStore there = open("?namespace=team&mount=own/kv&token=" + bao.root())) {
      // The engine comes up a little later than it is made.
      Await.until("the engine is there", SOON, () -> isUsable(there));

      // When
      String version = made(there, name, "v");

      // Then
      assertThat(version).isEqualTo("1");
      assertThat(read(there, name).value()).isEqualTo(SecretValue.of("v"));
      assertThatThrownBy(() -> read(store, name)).isInstanceOf(ApiException.NotFound.class);
      assertThat(bao.requests("own/kv/data/" + name)).isNotEmpty();
    }
  }

  private static boolean isUsable(SecretStore there) {
    try {
      return !made(there, fresh(), "probe").isEmpty();
    } catch (ApiException e) {
      return false;
    }
  }

  @Test
  void aSealedVaultIsAnOutageThatEndsByItself() {
    // Given
    String name = fresh();
    made(store, name, "v");
    bao.seal();

    // When, then
    assertThatThrownBy(() -> read(store, name))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessage("Vault is sealed");
    assertThatThrownBy(() -> await(store.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessage("Vault is sealed");
    bao.unseal();
    assertThat(read(store, name).value()).isEqualTo(SecretValue.of("v"));
  }

  @Test
  void aLimitOfVaultIsAnOutage() {
    // Given
    bao.admin("POST", "sys/quotas/rate-limit/few", "{\"path\":\"secret/\",\"rate\":1}");
    try {
      // When, then
      Await.until("Vault refuses", SOON, () -> isLimited(store));
    } finally {
      bao.admin("DELETE", "sys/quotas/rate-limit/few", "");
    }
  }

  private static boolean isLimited(SecretStore store) {
    try {
      read(store, "nosuch");
      return false;
    } catch (ApiException.BackendUnavailable e) {
      assertThat(e).hasMessage("Vault limits the requests");
      return true;
    } catch (ApiException.NotFound e) {
      return false;
    }
  }

  @Test
  void aTokenThatVaultDoesNotKnowIsAnOutage() {
    // Given
    try (SecretStore wrong = open("?token=wrong")) {
      // When, then
      assertThatThrownBy(() -> read(wrong, "a"))
          .isInstanceOf(ApiException.BackendUnavailable.class)
          .hasMessage("Vault refuses the credentials of the sidecar");
    }
  }

  @Test
  void aServerThatIsNotThereIsAnOutage() {
    // Given
    try (SecretStore nobody =
        new VaultSecretStore(vertx, VaultUrl.parse("127.0.0.1:1?token=x", false))) {
      // When, then
      assertThatThrownBy(() -> read(nobody, "a"))
          .isInstanceOf(ApiException.BackendUnavailable.class)
          .hasMessage("Vault cannot be reached");
    }
  }
}
