package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A heap of 64 MiB, which is what {@code ./mikcar} takes in a container of 256 MiB. */
class MemoryIT {
  private static final int LARGE = 100_000;

  @TempDir private Path data;

  private SidecarProcess start(String url) {
    return SidecarProcess.builder()
        .env("KV_URL", url)
        .env("MIKCAR_DATA", data.toString())
        .jvm("-Xmx64m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
        .start()
        .awaitReady();
  }

  @Test
  void aStoreOnDiskTakesMoreThanTheHeap() {
    try (SidecarProcess sidecar = start("file://" + data.resolve("kv"));
        Connection connection = sidecar.client().open()) {
      byte[] value = new byte[LARGE];

      for (int i = 0; i < 2_000; i++) {
        assertThat(put(connection, "k" + i, value).status()).as("set %d", i).isEqualTo(200);
      }

      assertThat(connection.send("GET", "/kv/get/k0").body()).isEqualTo(value);
      assertThat(connection.send("GET", "/kv/get/k1999").body()).isEqualTo(value);
      assertThat(sidecar.isAlive()).isTrue();
    }
  }

  @Test
  void aStoreInMemoryRefusesWhatItHasNoRoomFor() {
    try (SidecarProcess sidecar = start("memory://");
        Connection connection = sidecar.client().open()) {
      int stored = fill(connection, new byte[LARGE], 1_000);

      Response refused = put(connection, "more", new byte[LARGE]);

      ApiError.check(refused, 503, "BACKEND_UNAVAILABLE");
      assertThat(refused.header("Retry-After")).isPresent();
      assertThat(stored).isBetween(100, 300);
      assertThat(connection.send("GET", "/kv/get/k0").body()).hasSize(LARGE);
      assertThat(put(connection, "k0", new byte[10]).status()).isEqualTo(200);
      assertThat(connection.send("DELETE", "/kv/del/k1").status()).isEqualTo(200);
      assertThat(put(connection, "more", new byte[LARGE]).status()).isEqualTo(200);
    }
  }

  @Test
  void manySmallKeysInMemoryAreBoundedToo() {
    try (SidecarProcess sidecar = start("memory://");
        Connection connection = sidecar.client().open()) {
      int stored = 0;
      Response last = setBatch(connection, stored);
      while (last.status() == 200 && stored < 1_000_000) {
        stored += 10_000;
        last = setBatch(connection, stored);
      }

      ApiError.check(last, 503, "BACKEND_UNAVAILABLE");
      assertThat(stored).isBetween(20_000, 100_000);
      assertThat(connection.send("GET", "/kv/get/b0").text()).isEqualTo("v");
      assertThat(connection.send("GET", "/kv/keys/*?limit=5").status()).isEqualTo(200);
    }
  }

  private static Response setBatch(Connection connection, int from) {
    String body =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "\"b" + (from + i) + "\":\"v\"")
            .collect(Collectors.joining(",", "{", "}"));
    return postJson(connection, "/kv/set", body);
  }

  @Test
  void aMillionKeysOnDiskAreServedFromTheStart() throws Exception {
    try (SidecarProcess first = start("file://" + data.resolve("kv"))) {
      first.client().put("/kv/set/first", "v");
      assertThat(first.terminate()).isZero();
    }
    StoredKeys.in(data.resolve("kv")).copy("first", "key-", 1_000_000, 0);

    try (SidecarProcess sidecar = start("file://" + data.resolve("kv"))) {
      var http = sidecar.client().withTimeout(Duration.ofSeconds(60));

      assertThat(http.get("/kv/get/key-1000000").text()).isEqualTo("v");
      assertThat(http.get("/kv/keys/key-99999*").text())
          .startsWith("{\"keys\":[\"key-99999\",\"key-999990\",");
      assertThat(http.get("/kv/keys/*?limit=3").text()).contains("\"truncated\":true");
      assertThat(http.get("/kv/scan?match=no*&count=10000").text()).contains("\"cursor\":\"");
      assertThat(http.put("/kv/set/key-1000000?nx", "w").status()).isEqualTo(412);
      assertThat(http.get("/kv/keys/*9?limit=10000").text())
          .startsWith("{\"keys\":[\"key-100009\",\"key-100019\",")
          .endsWith("\"truncated\":true}");
    }
  }

  @Test
  void manyLargeValuesAtOnceAreReadOneAfterTheOther() throws Exception {
    byte[] value = new byte[5 << 20];
    try (SidecarProcess sidecar = start("file://" + data.resolve("kv"))) {
      for (int i = 0; i < 8; i++) {
        assertThat(sidecar.client().put("/kv/set/large" + i, value).status()).isEqualTo(200);
      }
      try (ExecutorService callers = Executors.newFixedThreadPool(32)) {
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
          String path = "/kv/get/large" + i % 8;
          answers.add(callers.submit(() -> outcome(sidecar.client().get(path), value)));
        }

        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
          statuses.add(answer.get());
        }

        // Who waits for more than ten seconds is refused.
        assertThat(statuses).contains(200).isSubsetOf(200, 503);
      }
      assertThat(sidecar.isAlive()).isTrue();
    }
  }

  @Test
  void manyLargeValuesAreChangedAndDeletedOneAfterTheOther() throws Exception {
    try (SidecarProcess sidecar = start("file://" + data.resolve("kv"));
        Connection connection = sidecar.client().open()) {
      for (int i = 0; i < 16; i++) {
        assertThat(put(connection, "k" + i, new byte[5 << 20]).status()).isEqualTo(200);
      }
      try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
        List<Future<Response>> answers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          String path = "/kv/persist/k" + i;
          answers.add(callers.submit(() -> sidecar.client().send("POST", path)));
        }
        for (Future<Response> answer : answers) {
          assertThat(answer.get().status()).isIn(200, 503);
        }
      }
      String keys =
          IntStream.range(0, 16)
              .mapToObj(i -> "\"k" + i + "\"")
              .collect(Collectors.joining(",", "{\"keys\":[", "]}"));

      Response deleted = postJson(connection, "/kv/del/batch", keys);

      assertThat(deleted.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":16}");
      assertThat(sidecar.isAlive()).isTrue();
    }
  }

  @Test
  void aBatchOfAsMuchAsABodyMayHaveIsSet() {
    String value = "v".repeat(10_000);
    String body =
        IntStream.range(0, 500)
            .mapToObj(i -> "\"k" + i + "\":\"" + value + "\"")
            .collect(Collectors.joining(",", "{", "}"));
    try (SidecarProcess sidecar = start("file://" + data.resolve("kv"));
        Connection connection = sidecar.client().open()) {
      Response set = postJson(connection, "/kv/set/batch", body);

      assertThat(set.text()).isEqualTo("{\"status\":\"ok\",\"count\":500}");
    }
  }

  private static int outcome(Response answer, byte[] value) {
    if (answer.status() == 200) {
      assertThat(answer.body()).isEqualTo(value);
    }
    return answer.status();
  }

  @Test
  void aBatchOfMoreThanFitsIsRefused() {
    try (SidecarProcess sidecar = start("file://" + data.resolve("kv"));
        Connection connection = sidecar.client().open()) {
      fill(connection, new byte[LARGE], 200);
      String keys =
          IntStream.range(0, 200)
              .mapToObj(i -> "\"k" + i + "\"")
              .collect(Collectors.joining(",", "{\"keys\":[", "]}"));

      Response refused = postJson(connection, "/kv/get/batch", keys);
      Response taken = postJson(connection, "/kv/get/batch", "{\"keys\":[\"k0\",\"k199\"]}");

      ApiError.check(refused, 413, "RESULT_TOO_LARGE");
      assertThat(taken.status()).isEqualTo(200);
      assertThat(sidecar.isAlive()).isTrue();
    }
  }

  private static Response postJson(Connection connection, String path, String json) {
    return connection.send(
        "POST",
        path,
        Map.of("Content-Type", "application/json"),
        json.getBytes(StandardCharsets.UTF_8));
  }

  private static int fill(Connection connection, byte[] value, int most) {
    int stored = 0;
    while (stored < most && put(connection, "k" + stored, value).status() == 200) {
      stored++;
    }
    return stored;
  }

  private static Response put(Connection connection, String key, byte[] value) {
    return connection.send("PUT", "/kv/set/" + key, Map.of(), value);
  }
}
