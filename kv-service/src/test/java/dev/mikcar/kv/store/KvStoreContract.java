package dev.mikcar.kv.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.KvStore.Deletion;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link KvStore} promises; a subclass for each backend opens one. */
public abstract class KvStoreContract {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Key KEY = Key.of("key");

  private KvStore store;

  /** An empty store. */
  protected abstract KvStore open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected final KvStore store() {
    return store;
  }

  protected static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }

  protected final Optional<String> set(Key key, String text) {
    return await(store.set(key, Value.text(text), Ttl.none(), Condition.NONE));
  }

  private Optional<String> get(Key key) {
    return await(store.get(key))
        .map(e -> new String(e.value().bytes(), java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void keepsEveryByteAndTheContentType() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < 256; i++) {
      bytes[i] = (byte) i;
    }
    Value value = new Value(bytes, "image/x-ü; q=\"1\"");

    Optional<String> fingerprint = await(store.set(KEY, value, Ttl.none(), Condition.NONE));

    Entry entry = await(store.get(KEY)).orElseThrow();
    assertThat(entry.value()).isEqualTo(value);
    assertThat(entry.fingerprint()).isEqualTo(fingerprint.orElseThrow());
  }

  @Test
  void keepsAnEmptyValueAndAVeryLargeOne() {
    byte[] large = new byte[10 << 20];
    Arrays.fill(large, (byte) 7);

    await(store.set(KEY, new Value(large, "a/b"), Ttl.none(), Condition.NONE));
    await(store.set(Key.of("empty"), new Value(new byte[0], "a/b"), Ttl.none(), Condition.NONE));

    assertThat(await(store.get(KEY)).orElseThrow().value().bytes()).isEqualTo(large);
    assertThat(await(store.get(Key.of("empty"))).orElseThrow().value().bytes()).isEmpty();
  }

  @Test
  void givesNothingForAKeyThatIsNotThere() {
    assertThat(await(store.get(KEY))).isEmpty();
    assertThat(await(store.expiresAt(KEY))).isEmpty();
    assertThat(await(store.delete(KEY, Condition.NONE))).isEqualTo(Deletion.ABSENT);
    assertThat(await(store.expire(KEY, Ttl.none()))).isFalse();
  }

  @Test
  void tellsKeysApartThatLookAlike() {
    List<String> keys =
        List.of("a", "A", "a/", "/a", "a//b", "a/b", "a/./b", "\u0000", "é", "e\u0301", "😀");

    keys.forEach(key -> set(Key.of(key), "value of " + key));

    keys.forEach(key -> assertThat(get(Key.of(key))).contains("value of " + key));
  }

  @Test
  void setsOnlyWhatTheConditionAllows() {
    Value one = Value.text("1");
    Value two = Value.text("2");

    assertThat(await(store.set(KEY, one, Ttl.none(), Condition.PRESENT))).isEmpty();
    assertThat(await(store.set(KEY, one, Ttl.none(), Condition.ABSENT)))
        .contains(one.fingerprint());
    assertThat(await(store.set(KEY, two, Ttl.none(), Condition.ABSENT))).isEmpty();
    assertThat(get(KEY)).contains("1");
    assertThat(await(store.set(KEY, two, Ttl.none(), Condition.has(two.fingerprint())))).isEmpty();
    assertThat(await(store.set(KEY, two, Ttl.none(), Condition.has(one.fingerprint()))))
        .isPresent();
    assertThat(await(store.delete(KEY, Condition.has(one.fingerprint()))))
        .isEqualTo(Deletion.REFUSED);
    assertThat(await(store.delete(KEY, Condition.has(two.fingerprint()))))
        .isEqualTo(Deletion.DELETED);
  }

  @Test
  void countsFromZeroAndKeepsTheTimeToLive() {
    await(store.set(KEY, Value.text("41"), Ttl.ofSeconds("ttl", 100), Condition.NONE));
    OptionalLong before = await(store.expiresAt(KEY));

    assertThat(await(store.increment(KEY, 1))).isEqualTo(42);
    assertThat(await(store.increment(Key.of("new"), -5))).isEqualTo(-5);

    assertThat(await(store.expiresAt(KEY))).isEqualTo(before);
    assertThat(get(KEY)).contains("42");
  }

  @Test
  void refusesToCountWhatIsNoIntegerOrNoLongerFits() {
    set(KEY, Long.toString(Long.MAX_VALUE));
    assertThatThrownBy(() -> await(store.increment(KEY, 1)))
        .isInstanceOfSatisfying(
            ApiException.Conflict.class, e -> assertThat(e.code()).isEqualTo("OUT_OF_RANGE"));
    for (String text :
        List.of("x", "", "+1", "01", " 1", "1.0", "-0", "9223372036854775808", "1\n")) {
      set(KEY, text);
      assertThatThrownBy(() -> await(store.increment(KEY, 1)))
          .as("'%s'", text)
          .isInstanceOfSatisfying(
              ApiException.Conflict.class, e -> assertThat(e.code()).isEqualTo("NOT_AN_INTEGER"));
      assertThat(get(KEY)).contains(text);
    }
  }

  @Test
  void forgetsAnExpiredKeyEverywhere() {
    await(store.set(KEY, Value.text("5"), Ttl.ofMillis("px", 50), Condition.NONE));

    Await.until("the key is gone", LIMIT, () -> await(store.get(KEY)).isEmpty());

    assertThat(await(store.expiresAt(KEY))).isEmpty();
    assertThat(await(store.keys(Glob.of("*"), 10)).keys()).isEmpty();
    assertThat(await(store.scan(Glob.of("*"), 10, Optional.empty())).keys()).isEmpty();
    assertThat(await(store.expire(KEY, Ttl.none()))).isFalse();
    assertThat(await(store.increment(KEY, 1))).isEqualTo(1);
    assertThat(await(store.expiresAt(KEY))).hasValue(Entry.NEVER);
  }

  @Test
  void dropsKeepsAndChangesTheTimeToLive() {
    await(store.set(KEY, Value.text("1"), Ttl.ofSeconds("ttl", 100), Condition.NONE));
    long first = await(store.expiresAt(KEY)).orElseThrow();
    await(store.set(KEY, Value.text("2"), Ttl.keep(), Condition.NONE));
    assertThat(await(store.expiresAt(KEY))).hasValue(first);
    await(store.expire(KEY, Ttl.ofSeconds("ttl", 1000)));
    assertThat(await(store.expiresAt(KEY)).orElseThrow()).isGreaterThan(first);
    set(KEY, "3");
    assertThat(await(store.expiresAt(KEY))).hasValue(Entry.NEVER);
  }

  @Test
  void listsSortedByBytesAndSaysWhenThereIsMore() {
    List.of("b", "a/2", "a/10", "ä", "😀", "ﬀ", "Z").forEach(k -> set(Key.of(k), "x"));

    assertThat(await(store.keys(Glob.of("*"), 10)).keys())
        .extracting(Key::toString)
        .containsExactly("Z", "a/10", "a/2", "b", "ä", "ﬀ", "😀");
    KeyPage cut = await(store.keys(Glob.of("a/*"), 1));
    assertThat(cut.keys()).extracting(Key::toString).containsExactly("a/10");
    assertThat(cut.next()).isPresent();
    assertThat(await(store.keys(Glob.of("a/*"), 2)).next()).isEmpty();
  }

  @Test
  void scansEveryKeyThatStaysWhileOthersComeAndGo() throws Exception {
    Set<String> staying = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      staying.add("stay-" + i);
      set(Key.of("stay-" + i), "x");
    }
    Set<String> seen = new HashSet<>();
    Optional<Key> cursor = Optional.empty();
    int round = 0;
    do {
      KeyPage page = await(store.scan(Glob.of("*"), 37, cursor));
      page.keys().forEach(k -> seen.add(k.toString()));
      cursor = page.next();
      set(Key.of("come-" + round), "x");
      await(store.delete(Key.of("come-" + (round++ / 2)), Condition.NONE));
    } while (cursor.isPresent());

    assertThat(seen).containsAll(staying);
  }

  @Test
  void writesAndReadsInBatches() {
    Map<Key, Value> values = Map.of(Key.of("a"), Value.text("1"), Key.of("b"), Value.text("2"));

    await(store.setAll(values, Ttl.none()));

    assertThat(
            await(store.getAll(List.of(Key.of("b"), Key.of("c"), Key.of("a"), Key.of("b"))))
                .keySet())
        .extracting(Key::toString)
        .containsExactly("b", "a");
    assertThat(await(store.deleteAll(List.of(Key.of("a"), Key.of("a"), Key.of("c"))))).isEqualTo(1);
    assertThat(await(store.keys(Glob.of("*"), 10)).keys()).hasSize(1);
  }

  @Test
  void countsExactlyWithManyAtOnce() throws Exception {
    int clients = 64;
    int each = increments() / clients;

    inParallel(
        clients,
        () -> {
          for (int i = 0; i < each; i++) {
            await(store.increment(KEY, 1));
          }
        });

    assertThat(get(KEY)).contains(Integer.toString(clients * each));
  }

  /** How many a backend is asked for; 100,000 unless each of them waits for a disk. */
  protected int increments() {
    return 100_000;
  }

  @Test
  void letsOneOfManyWinNx() throws Exception {
    for (int round = 0; round < 20; round++) {
      Key key = Key.of("nx-" + round);
      AtomicInteger winners = new AtomicInteger();

      inParallel(
          16,
          () -> {
            Value mine = Value.text(Thread.currentThread().getName());
            if (await(store.set(key, mine, Ttl.none(), Condition.ABSENT)).isPresent()) {
              winners.incrementAndGet();
            }
          });

      assertThat(winners).hasValue(1);
    }
  }

  @Test
  void losesNoUpdateWithMatch() throws Exception {
    set(KEY, "0");
    int clients = 8;
    int each = 25;

    inParallel(
        clients,
        () -> {
          for (int done = 0; done < each; ) {
            Entry entry = await(store.get(KEY)).orElseThrow();
            long next =
                1
                    + Long.parseLong(
                        new String(entry.value().bytes(), java.nio.charset.StandardCharsets.UTF_8));
            Condition unchanged = Condition.has(entry.fingerprint());
            if (await(store.set(KEY, Value.text(Long.toString(next)), Ttl.none(), unchanged))
                .isPresent()) {
              done++;
            }
          }
        });

    assertThat(get(KEY)).contains(Integer.toString(clients * each));
  }

  private static void inParallel(int clients, Runnable client) throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(clients)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        all.add(pool.submit(client));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }
}
