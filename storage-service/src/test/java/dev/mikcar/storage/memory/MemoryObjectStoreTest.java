package dev.mikcar.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
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
}
