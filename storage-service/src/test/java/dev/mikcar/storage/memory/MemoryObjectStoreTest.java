package dev.mikcar.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemoryObjectStoreTest extends ObjectStoreContract {
  private static final int CAPACITY = 64 << 20;

  private final MemoryObjectStore store = new MemoryObjectStore(CAPACITY);

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void whatFindsNoRoomIsRefusedAndRoomThatIsGivenBackIsUsed() {
    // Given
    byte[] most = random(CAPACITY - (1 << 20));
    await(store.put(path("most"), upload(most)));

    // When
    assertThatThrownBy(() -> await(store.put(path("more"), upload(random(2 << 20)))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("full");

    // Then
    put("little", "fits");
    await(store.delete(path("most"), Condition.NONE));
    await(store.put(path("again"), upload(most)));
    assertThat(get("again")).isEqualTo(most);
  }

  private static Upload streamed(ObjectHeaders headers, Multi<ByteBuffer> body) {
    return new Upload(headers, Upload.UNKNOWN, Condition.NONE, body);
  }

  @Test
  void oneByteAtATimeTakesNoMoreThanAllAtOnce() {
    // Given
    int size = 1 << 20;
    MemoryObjectStore small = new MemoryObjectStore(2L * size);

    // When
    Multi<ByteBuffer> body =
        Multi.createFrom().range(0, size).map(i -> ByteBuffer.wrap(new byte[] {(byte) (int) i}));
    await(small.put(path("a"), streamed(ObjectHeaders.ofType("a/b"), body)));

    // Then
    assertThat(small.used()).isBetween((long) size, size + 4096L);
  }

  @Test
  void namesAndHeadersCount() {
    // Given
    MemoryObjectStore small = new MemoryObjectStore(1 << 20);
    SortedMap<String, String> meta = new TreeMap<>(Map.of("a", "b".repeat(4000)));
    ObjectHeaders headers = new ObjectHeaders("a/b", null, null, null, meta);

    // Then
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 256; i++) {
                await(small.put(path("a" + i), streamed(headers, Multi.createFrom().empty())));
              }
            })
        .isInstanceOf(ApiException.BackendUnavailable.class);
  }

  @Test
  void whatIsDeletedWhileItIsReadTakesItsRoomUntilItWasRead() {
    // Given
    byte[] most = random(CAPACITY - (1 << 20));
    await(store.put(path("most"), upload(most)));
    var reading =
        ((Content.Streamed) await(store.get(path("most"), new ByteRange.All(), null)).content())
            .bytes()
            .subscribe()
            .withSubscriber(AssertSubscriber.create(1));

    // When
    await(store.delete(path("most"), Condition.NONE));

    // Then
    assertThatThrownBy(() -> await(store.put(path("more"), upload(random(2 << 20)))))
        .isInstanceOf(ApiException.BackendUnavailable.class);
    reading.cancel();
    assertThat(store.used()).isZero();
  }
}
