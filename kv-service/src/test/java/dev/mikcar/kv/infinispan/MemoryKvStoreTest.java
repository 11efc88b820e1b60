package dev.mikcar.kv.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.KvStoreContract;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import dev.mikcar.test.Await;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryKvStoreTest extends KvStoreContract {
  private static final Value LARGE = new Value(new byte[100_000], "a/b");

  @Override
  protected KvStore open() {
    return EmbeddedInfinispan.inMemory(64 << 20);
  }

  @Test
  void refusesWhatItHasNoRoomForAndTakesItAfterADeletion() {
    int stored = fill("", Ttl.none());
    assertThat(stored).isBetween(660, 670);

    assertThat(await(store().delete(Key.of("3"), Condition.NONE)))
        .isEqualTo(KvStore.Deletion.DELETED);

    assertThat(await(store().set(Key.of("3"), LARGE, Ttl.none(), Condition.NONE))).isPresent();
    assertThatThrownBy(() -> put("another")).isInstanceOf(ApiException.BackendUnavailable.class);
    await(store().set(Key.of("3"), Value.text("smaller"), Ttl.none(), Condition.NONE));
    put("another");
    assertThat(await(store().get(Key.of("another")))).isPresent();
  }

  private void put(String key) {
    await(store().set(Key.of(key), LARGE, Ttl.none(), Condition.NONE));
  }

  @Test
  void givesTheRoomOfExpiredKeysBack() {
    int stored = fill("a", Ttl.ofSeconds("ttl", 6));

    Await.until(
        "all the room is free", Duration.ofSeconds(60), () -> fill("b", Ttl.none()) == stored);
  }

  /** How many large values it takes. */
  private int fill(String prefix, Ttl ttl) {
    int stored = 0;
    try {
      while (stored < 10_000) {
        await(store().set(Key.of(prefix + stored), LARGE, ttl, Condition.NONE));
        stored++;
      }
    } catch (ApiException.BackendUnavailable e) {
      assertThat(e.headers()).containsKey("Retry-After");
    }
    return stored;
  }
}
