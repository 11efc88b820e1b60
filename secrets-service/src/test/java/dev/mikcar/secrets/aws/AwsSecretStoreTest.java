package dev.mikcar.secrets.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretStoreContract;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.WantedVersion;
import dev.mikcar.test.Await;
import dev.mikcar.test.Moto;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract, and what is Amazon's own, on moto, which checks signatures. */
class AwsSecretStoreTest extends SecretStoreContract {
  private static final WantedVersion CURRENT = new WantedVersion.Current();
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static Moto moto;
  private static SecretStore store;

  @BeforeAll
  static void start() {
    moto = Moto.start(folder, "secretsmanager:*");
    store = open(moto.secretAccessKey());
    // It loads much with its first answer, which takes a busy machine a while.
    Await.until("moto answers", SOON, AwsSecretStoreTest::isUp);
  }

  private static boolean isUp() {
    try {
      await(store.ping());
      return true;
    } catch (ApiException e) {
      return false;
    }
  }

  private static SecretStore open(String secret) {
    return new AwsSecretStore(
        new AwsUrl("eu-central-1", moto.address(), moto.accessKeyId(), secret));
  }

  @AfterAll
  static void stop() {
    if (moto != null) {
      store.close();
      moto.close();
    }
  }

  @Override
  protected SecretStore store() {
    return store;
  }

  private static SecretName fresh() {
    return new SecretName("n" + UUID.randomUUID());
  }

  private static String create(SecretName name, String value) {
    return await(store.create(name, SecretValue.of(value), Map.of()));
  }

  private static String update(SecretName name, String value) {
    return await(store.update(name, SecretValue.of(value), null, null));
  }

  @Test
  void aNameOfAStageIsAVersion() {
    // Given
    SecretName name = fresh();
    String first = create(name, "a");
    String second = update(name, "b");

    // When
    Secret previous = await(store.get(name, new WantedVersion.Exact("AWSPREVIOUS")));
    Secret current = await(store.get(name, new WantedVersion.Exact("AWSCURRENT")));

    // Then
    assertThat(previous.version()).isEqualTo(first);
    assertThat(current.version()).isEqualTo(second);
  }

  @Test
  void labelsThatAreNotGivenAnyMoreAreTakenOff() {
    // Given
    SecretName name = fresh();
    String made = await(store.create(name, SecretValue.of("a"), Map.of("a", "1", "b", "2")));

    // When
    String written =
        await(store.update(name, SecretValue.of("b"), Map.of("b", "3", "c", "4"), made));

    // Then
    Secret secret = await(store.get(name, CURRENT));
    assertThat(secret.version()).isEqualTo(written);
    assertThat(secret.labels()).isEqualTo(Map.of("b", "3", "c", "4"));
  }

  @Test
  void allPagesAreListed() {
    // Given
    String root = fresh().text();
    for (int i = 0; i < 120; i++) {
      create(new SecretName(root + "/" + i), "v");
    }

    // When, then
    assertThat(await(store.list(root + "/"))).hasSize(120);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "ü", "a:b", "arn:aws:secretsmanager:eu-central-1:1:secret:a"})
  void aNameThatAmazonDoesNotTakeIsRefused(String name) {
    // When, then
    assertThatThrownBy(() -> create(new SecretName(name), "v"))
        .isInstanceOf(ApiException.BadRequest.class);
    assertThatThrownBy(() -> await(store.get(new SecretName(name), CURRENT)))
        .isInstanceOf(ApiException.BadRequest.class);
  }

  @Test
  void aValueThatAmazonDoesNotTakeIsRefused() {
    // Given
    SecretName name = fresh();

    // When, then
    assertThatThrownBy(() -> create(name, "")).isInstanceOf(ApiException.BadRequest.class);
    assertThatThrownBy(() -> create(name, "x".repeat(65_537)))
        .isInstanceOf(ApiException.BadRequest.class);
    assertThat(create(name, "x".repeat(65_536))).isNotEmpty();
  }

  @Test
  void aSignatureThatIsWrongIsAnOutage() {
    // Given
    try (SecretStore wrong = open("wrong")) {
      // When, then
      assertThatThrownBy(() -> await(wrong.get(fresh(), CURRENT)))
          .isInstanceOf(ApiException.BackendUnavailable.class)
          .hasMessage("AWS Secrets Manager: it refuses the credentials of the sidecar");
      assertThatThrownBy(() -> await(wrong.ping()))
          .isInstanceOf(ApiException.BackendUnavailable.class);
    }
  }
}
