package dev.mikcar.kv.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OpeningKvStoreTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Key KEY = Key.of("a");

  private final CountDownLatch mayOpen = new CountDownLatch(1);

  private KvStore openWhenAllowed() {
    try {
      mayOpen.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return EmbeddedInfinispan.inMemory();
  }

  @Test
  void operationsWaitUntilItIsOpen() {
    try (KvStore store = new OpeningKvStore("test", this::openWhenAllowed)) {
      UniAssertSubscriber<Optional<Entry>> waiting =
          store.get(KEY).subscribe().withSubscriber(UniAssertSubscriber.create());
      waiting.assertNotTerminated();

      mayOpen.countDown();

      assertThat(waiting.awaitItem(LIMIT).getItem()).isEmpty();
    }
  }

  @Test
  void aCallerThatGivesUpLeavesItToTheOthers() {
    try (KvStore store = new OpeningKvStore("test", this::openWhenAllowed)) {
      Uni<Optional<Entry>> get = store.get(KEY);
      UniAssertSubscriber<Optional<Entry>> waiting =
          get.subscribe().withSubscriber(UniAssertSubscriber.create());

      get.subscribe().with(item -> {}).cancel();
      mayOpen.countDown();

      assertThat(waiting.awaitItem(LIMIT).getItem()).isEmpty();
      assertThat(store.get(KEY).await().atMost(LIMIT)).isEmpty();
    }
  }

  @Test
  void triesAgainAndFailsAtOnceMeanwhile() {
    AtomicInteger attempts = new AtomicInteger();
    KvStore store =
        new OpeningKvStore(
            "test",
            () -> {
              if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("not yet");
              }
              return openWhenAllowed();
            });
    try (store) {
      assertThatExceptionOfType(ApiException.BackendUnavailable.class)
          .isThrownBy(() -> store.get(KEY).await().atMost(LIMIT));

      mayOpen.countDown();

      Await.until("the second attempt", LIMIT, () -> attempts.get() == 2);
      assertThat(store.get(KEY).await().atMost(LIMIT)).isEmpty();
    }
  }
}
