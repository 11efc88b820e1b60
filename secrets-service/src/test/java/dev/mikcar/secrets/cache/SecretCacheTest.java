package dev.mikcar.secrets.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.memory.MemorySecretStore;
import dev.mikcar.secrets.store.CachedSecret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.WantedVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretCacheTest {
  private static final SecretName NAME = new SecretName("db/password");
  private static final WantedVersion CURRENT = new WantedVersion.Current();

  private final MemorySecretStore store = new MemorySecretStore(1 << 20);
  private final Time time = new Time();
  private final SecretCache cache =
      new SecretCache(
          store, new CacheLimits(Duration.ofMinutes(5), Duration.ofHours(1), 3, 1 << 20), time);

  /** A clock that stands until it is moved. */
  private static final class Time extends Clock {
    private final AtomicLong millis = new AtomicLong(1_800_000_000_000L);

    void pass(Duration duration) {
      millis.addAndGet(duration.toMillis());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis.get());
    }
  }

  @BeforeEach
  void create() {
    String version = store.create(NAME, SecretValue.of("old"), Map.of()).await().indefinitely();
    assertThat(version).isEqualTo("1");
  }

  private CachedSecret get(boolean refresh) {
    return cache.get(NAME, CURRENT, refresh).await().atMost(Duration.ofSeconds(5));
  }

  private void write(String value) {
    String version = store.update(NAME, SecretValue.of(value), null, null).await().indefinitely();
    assertThat(version).isNotEmpty();
  }

  @Test
  void aSecondReadIsKeptUntilItsTimeIsOver() {
    // Given
    CachedSecret first = get(false);
    write("new");
    time.pass(Duration.ofSeconds(299));

    // When
    CachedSecret second = get(false);
    time.pass(Duration.ofSeconds(1));
    CachedSecret third = get(false);

    // Then
    assertThat(first.source()).isEqualTo(CachedSecret.Source.MISS);
    assertThat(second.source()).isEqualTo(CachedSecret.Source.HIT);
    assertThat(second.age()).isEqualTo(Duration.ofSeconds(299));
    assertThat(second.secret().value()).isEqualTo(SecretValue.of("old"));
    assertThat(third.source()).isEqualTo(CachedSecret.Source.MISS);
    assertThat(third.secret().value()).isEqualTo(SecretValue.of("new"));
  }

  @Test
  void aRefreshAsksTheStore() {
    // Given
    CachedSecret first = get(false);
    write("new");

    // When
    CachedSecret second = get(true);

    // Then
    assertThat(first.secret().value()).isEqualTo(SecretValue.of("old"));
    assertThat(second.secret().value()).isEqualTo(SecretValue.of("new"));
  }

  @Test
  void whatIsDroppedIsReadAnew() {
    // Given
    CachedSecret first = get(false);
    write("new");

    // When
    cache.drop(NAME);

    // Then
    assertThat(first.source()).isEqualTo(CachedSecret.Source.MISS);
    assertThat(get(false).secret().value()).isEqualTo(SecretValue.of("new"));
  }

  @Test
  void whatIsGoneIsNotServed() {
    // Given
    CachedSecret first = get(false);
    store.delete(NAME).await().indefinitely();
    time.pass(Duration.ofSeconds(301));

    // When, then
    assertThat(first.source()).isEqualTo(CachedSecret.Source.MISS);
    assertThatThrownBy(() -> get(false)).isInstanceOf(ApiException.NotFound.class);
    assertThat(cache.size()).isZero();
  }

  @Test
  void noMoreIsKeptThanAllowed() {
    // When
    for (int i = 0; i < 10; i++) {
      SecretName name = new SecretName("n" + i);
      store.create(name, SecretValue.of("v"), Map.of()).await().indefinitely();
      cache.get(name, CURRENT, false).await().indefinitely();
    }

    // Then
    assertThat(cache.size()).isEqualTo(3);
    assertThat(cache.kept(new SecretName("n9"), CURRENT)).isPresent();
    assertThat(cache.kept(new SecretName("n0"), CURRENT)).isEmpty();
  }

  @Test
  void theEndOverwritesValues() {
    // Given
    CachedSecret first = get(false);

    // When
    cache.close();

    // Then
    assertThat(first.secret().value().bytes()).containsOnly(0);
    assertThat(cache.size()).isZero();
  }

  @Test
  void theFileHoldsNothingInTheClearAndNeedsItsKey(@TempDir Path folder) throws IOException {
    // Given
    CachedSecret kept = get(false);
    Path path = folder.resolve("cache");
    byte[] key = new byte[CacheFile.KEY];
    CacheFile file = new CacheFile(path, key, "store");

    // When
    file.write(cache.all());

    // Then
    assertThat(file.read())
        .singleElement()
        .satisfies(entry -> assertThat(entry.secret()).isEqualTo(kept.secret()));
    assertThat(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1))
        .doesNotContain("old", "password");
    key[0] = 1;
    assertThatThrownBy(() -> new CacheFile(path, key, "store").read())
        .isInstanceOf(IOException.class);
    key[0] = 0;
    assertThatThrownBy(() -> new CacheFile(path, key, "another").read())
        .isInstanceOf(IOException.class);
  }
}
