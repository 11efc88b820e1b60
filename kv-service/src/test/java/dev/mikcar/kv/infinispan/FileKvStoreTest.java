package dev.mikcar.kv.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.StoredKeys;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Glob;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.KvStoreContract;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import dev.mikcar.test.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKvStoreTest extends KvStoreContract {
  @TempDir private Path temporary;

  @Override
  protected KvStore open() {
    return EmbeddedInfinispan.inFolder(folder());
  }

  private Path folder() {
    return temporary.resolve("made/by/it");
  }

  /** One key's increments wait for the disk one after the other: a thousand a second or so. */
  @Override
  protected int increments() {
    return 1_920;
  }

  @Test
  void findsEverythingAgainAfterACleanEnd() {
    Key expiring = Key.of("expiring");
    set(Key.of("a"), "1");
    await(store().set(expiring, Value.text("2"), Ttl.ofSeconds("ttl", 1000), Condition.NONE));
    long expiresAt = await(store().expiresAt(expiring)).orElseThrow();

    store().close();
    KvStore again = open();

    try {
      assertThat(await(again.get(Key.of("a"))).orElseThrow().value()).isEqualTo(Value.text("1"));
      assertThat(await(again.expiresAt(expiring))).hasValue(expiresAt);
      assertThat(await(again.keys(Glob.of("*"), 10)).keys()).hasSize(2);
    } finally {
      again.close();
    }
  }

  @Test
  void givesTheSpaceOfExpiredValuesBack() {
    Value large = new Value(new byte[1 << 20], "a/b");
    for (int i = 0; i < 100; i++) {
      Key key = Key.of("large-" + i);
      await(store().set(key, large, Ttl.ofMillis("px", 200), Condition.NONE));
    }

    Await.until(
        "the keys are gone",
        Duration.ofSeconds(60),
        () -> await(store().keys(Glob.of("*"), 10)).keys().isEmpty());
    Await.until("the space is free again", Duration.ofSeconds(60), () -> size() < 5L << 20);
  }

  /** Writers reach 11,000 a second on a usual disk. */
  @Test
  void removesExpiredKeysFasterThanTheyAreWritten() throws SQLException {
    int expired = 200_000;
    set(Key.of("stays"), "1");
    store().close();
    StoredKeys rows = StoredKeys.in(folder());
    rows.copy("stays", "expired-", expired, 1);

    KvStore again = open();

    try {
      Await.until(
          "all but one are removed", Duration.ofSeconds(expired / 11_000), () -> count(rows) == 1);
      assertThat(await(again.get(Key.of("stays")))).isPresent();
    } finally {
      again.close();
    }
  }

  @Test
  void takesOverAStoreOfTheFirstVersion() throws SQLException {
    set(Key.of("a"), "1");
    store().close();
    StoredKeys rows = StoredKeys.in(folder());
    rows.run("DROP INDEX expiry");
    rows.run("PRAGMA user_version = 1");
    rows.copy("a", "expired-", 10, 1);

    KvStore again = open();

    try {
      assertThat(await(again.keys(Glob.of("*"), 10)).keys()).containsExactly(Key.of("a"));
      Await.until("the expired ones are removed", Duration.ofSeconds(30), () -> count(rows) == 1);
    } finally {
      again.close();
    }
  }

  @Test
  void nobodyElseMayLookIntoItsFiles() throws IOException {
    set(Key.of("a"), "1");

    assertThat(mode(folder())).isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(folder())) {
      assertThat(files.map(FileKvStoreTest::mode)).isNotEmpty().containsOnly("rw-------");
    }
  }

  @Test
  void doesNotWriteToAFileThatNobodyFindsAgain() throws IOException {
    set(Key.of("a"), "1");
    Files.move(folder().resolve("kv.sqlite"), folder().resolve("elsewhere"));

    assertThatThrownBy(() -> set(Key.of("a"), "2"))
        .isInstanceOf(ApiException.BackendUnavailable.class);
    assertThatThrownBy(() -> await(store().ping())).isInstanceOf(ApiException.class);
  }

  private static long count(StoredKeys rows) {
    try {
      return rows.count();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String mode(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long size() {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("kv.sqlite"))
          .mapToLong(FileKvStoreTest::sizeOf)
          .sum();
    } catch (IOException | UncheckedIOException e) {
      return Long.MAX_VALUE;
    }
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
