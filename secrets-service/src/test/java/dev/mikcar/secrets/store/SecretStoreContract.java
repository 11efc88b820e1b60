package dev.mikcar.secrets.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What {@link SecretStore} promises, of every store that can be written. */
public abstract class SecretStoreContract {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final WantedVersion CURRENT = new WantedVersion.Current();

  /** The store under test. */
  protected abstract SecretStore store();

  protected static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }

  private static SecretName fresh() {
    return new SecretName("n" + UUID.randomUUID());
  }

  private String create(SecretName name, String value) {
    return await(store().create(name, SecretValue.of(value), Map.of()));
  }

  private String update(SecretName name, String value) {
    return await(store().update(name, SecretValue.of(value), null, null));
  }

  private Secret current(SecretName name) {
    return await(store().get(name, CURRENT));
  }

  @Test
  void whatIsCreatedIsRead() {
    // Given
    SecretName name = fresh();

    // When
    String version =
        await(store().create(name, SecretValue.of("ü {\"a\":1}\n"), Map.of("team", "red")));

    // Then
    Secret secret = current(name);
    assertThat(secret.value()).isEqualTo(SecretValue.of("ü {\"a\":1}\n"));
    assertThat(secret.version()).isEqualTo(version);
    assertThat(secret.labels()).isEqualTo(Map.of("team", "red"));
    assertThat(secret.createdAt()).isNotNull();
    assertThat(secret.updatedAt()).isNotNull();
  }

  @Test
  void bytesThatAreNoTextAreKept() {
    // Given
    SecretName name = fresh();
    byte[] bytes = {0, (byte) 0xff, (byte) 0xc3, 10};

    // When
    String unused = await(store().create(name, SecretValue.of(bytes), Map.of()));

    // Then
    assertThat(unused).isNotEmpty();
    assertThat(current(name).value().bytes()).isEqualTo(bytes);
  }

  @Test
  void whatIsThereIsNotCreated() {
    // Given
    SecretName name = fresh();
    create(name, "first");

    // When, then
    assertThatThrownBy(() -> create(name, "second")).isInstanceOf(ApiException.Conflict.class);
    assertThat(current(name).value()).isEqualTo(SecretValue.of("first"));
  }

  @Test
  void whatIsNotThereIsNotFound() {
    // Given
    SecretName name = fresh();

    // When, then
    assertThatThrownBy(() -> current(name)).isInstanceOf(ApiException.NotFound.class);
    assertThatThrownBy(() -> update(name, "x")).isInstanceOf(ApiException.NotFound.class);
    assertThatThrownBy(() -> await(store().delete(name))).isInstanceOf(ApiException.NotFound.class);
    assertThatThrownBy(() -> await(store().versions(name)))
        .isInstanceOf(ApiException.NotFound.class);
    assertThat(await(store().exists(name))).isFalse();
  }

  @Test
  void anUpdateMakesAVersionAndKeepsTheOneBefore() {
    // Given
    SecretName name = fresh();
    String first = await(store().create(name, SecretValue.of("a"), Map.of("team", "red")));

    // When
    String second = update(name, "b");

    // Then
    assertThat(second).isNotEqualTo(first);
    assertThat(current(name).value()).isEqualTo(SecretValue.of("b"));
    assertThat(current(name).labels()).isEqualTo(Map.of("team", "red"));
    assertThat(await(store().get(name, new WantedVersion.Exact(first))).value())
        .isEqualTo(SecretValue.of("a"));
    assertThat(await(store().get(name, new WantedVersion.Previous())).version()).isEqualTo(first);
    assertThat(await(store().versions(name)))
        .extracting(SecretVersion::version, SecretVersion::state)
        .containsExactly(
            tuple(second, SecretVersion.State.CURRENT), tuple(first, SecretVersion.State.ENABLED));
  }

  @Test
  void casOfAnotherVersionChangesNothing() {
    // Given
    SecretName name = fresh();
    String first = create(name, "a");
    update(name, "b");

    // When, then
    assertThatThrownBy(() -> await(store().update(name, SecretValue.of("c"), null, first)))
        .isInstanceOf(ApiException.PreconditionFailed.class);
    assertThat(current(name).value()).isEqualTo(SecretValue.of("b"));
  }

  @Test
  void ofManyWithTheSameCasOneWins() throws Exception {
    // Given
    SecretName name = fresh();
    String first = create(name, "a");

    // When
    long won = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> all =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> await(store().update(name, SecretValue.of("v" + i), null, first))))
              .toList();
      threads.shutdown();
      assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      won = all.stream().filter(f -> f.state() == Future.State.SUCCESS).count();
    }

    // Then
    assertThat(won).isEqualTo(1);
  }

  @Test
  void whatIsDeletedIsGoneWithAllVersionsAndCanBeMadeAnew() {
    // Given
    SecretName name = fresh();
    String first = create(name, "a");
    update(name, "b");

    // When
    await(store().delete(name));

    // Then
    assertThat(await(store().exists(name))).isFalse();
    assertThatThrownBy(() -> await(store().get(name, new WantedVersion.Exact(first))))
        .isInstanceOf(ApiException.NotFound.class);
    assertThat(await(store().list(name.text()))).isEmpty();
    create(name, "new");
    assertThat(current(name).value()).isEqualTo(SecretValue.of("new"));
  }

  @Test
  void aListingGoesThroughFoldersAndIsSorted() {
    // Given
    String root = fresh().text();
    for (String rest : List.of("/db/b", "/db/a", "x", "/z/y/w", "/db")) {
      create(new SecretName(root + rest), "v");
    }

    // When
    List<SecretSummary> all = await(store().list(root));
    List<SecretSummary> some = await(store().list(root + "/d"));

    // Then
    assertThat(all)
        .extracting(secret -> secret.name().text())
        .containsExactly(root + "/db", root + "/db/a", root + "/db/b", root + "/z/y/w", root + "x");
    assertThat(some)
        .extracting(secret -> secret.name().text())
        .containsExactly(root + "/db", root + "/db/a", root + "/db/b");
  }

  @Test
  void itIsThere() {
    // When, then
    assertThat(await(store().ping().replaceWith(true))).isTrue();
  }
}
