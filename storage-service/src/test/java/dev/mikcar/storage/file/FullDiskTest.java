package dev.mikcar.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.Upload;
import dev.mikcar.test.SmallDisk;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk of 8 MiB that is full: what is written is refused, and nothing else. */
class FullDiskTest {
  private static final int SIZE = 300_000;

  private SmallDisk disk;
  private FileObjectStore store;

  @BeforeEach
  void mount() {
    disk = SmallDisk.ofMebibytes(8);
    store = new FileObjectStore(disk.path().resolve("store"), new MemoryBudget());
  }

  @AfterEach
  void unmount() {
    store.close();
    disk.close();
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(Duration.ofSeconds(30));
  }

  private static ObjectPath path(int i) {
    return new ObjectPath("folder-" + i + "/object");
  }

  private void put(int i) {
    Multi<ByteBuffer> body = Multi.createFrom().items(() -> Stream.of(ByteBuffer.allocate(SIZE)));
    await(store.put(path(i), new Upload(ObjectHeaders.ofType("a/b"), SIZE, Condition.NONE, body)));
  }

  /** Writes until there is no room; how many there are. */
  private int fill() {
    for (int i = 0; ; i++) {
      try {
        put(i);
      } catch (ApiException.BackendUnavailable e) {
        assertThat(e).hasMessageContaining("full");
        return i;
      }
    }
  }

  private List<String> left(String folder) throws IOException {
    try (Stream<Path> names = Files.list(disk.path().resolve("store").resolve(folder))) {
      return names.map(name -> name.getFileName().toString()).toList();
    }
  }

  @Test
  void whatIsThereIsReadListedAndDeletedAndThenThereIsRoom() throws Exception {
    // Given
    int count = fill();
    disk.fill();

    // Then
    assertThat(count).isGreaterThan(20);
    assertThatThrownBy(() -> await(store.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("full");
    assertThat(await(store.list(new Listing.Query("", 1000, "", ""))).objects()).hasSize(count);
    await(store.get(path(0), new ByteRange.All(), null)).content().discard();
    assertThatThrownBy(() -> await(store.copy(path(0), path(999))))
        .isInstanceOf(ApiException.BackendUnavailable.class);
    assertThat(left("tmp")).isEmpty();
    assertThat(left("objects")).hasSize(count);

    // When
    for (int i = 0; i < count; i++) {
      await(store.delete(path(i), Condition.NONE));
    }

    // Then
    await(store.ping());
    assertThat(left("objects")).isEmpty();
    put(1);
  }

  @Test
  void itIsNotReadyWhenALittleIsLeft() {
    // Given
    fill();

    // Then: 300 kB found no room, 4 KiB would
    assertThatThrownBy(() -> await(store.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class);
  }
}
