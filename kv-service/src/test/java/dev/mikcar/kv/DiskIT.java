package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import dev.mikcar.test.SmallDisk;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A disk that is full, or cannot be written to: a clear 503, and back to work when it can. */
class DiskIT {
  private static final Duration RECOVERY = Duration.ofSeconds(30);
  private static final byte[] LARGE = new byte[300_000];

  @Test
  void answers503WhileTheDiskIsFullAndRecoversByItself() throws Exception {
    try (SmallDisk disk = SmallDisk.ofMebibytes(64);
        SidecarProcess sidecar =
            SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString()).start()) {
      HttpClient client = sidecar.awaitReady().client();
      client.put("/kv/set/before", "kept");
      disk.fill();

      Response refused = writeUntilRefused(client);

      assertIsClear(refused);
      assertThat(sidecar.isAlive()).isTrue();
      disk.free();
      Await.until(
          "writes work again",
          RECOVERY,
          () -> client.put("/kv/set/after", "written").status() == 200);
      assertThat(client.get("/kv/get/before").text()).isEqualTo("kept");
      assertThat(client.get("/kv/get/after").text()).isEqualTo("written");
      sidecar.kill();
      try (SidecarProcess again =
          SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString()).start()) {
        assertThat(again.awaitReady().client().get("/kv/get/before").text()).isEqualTo("kept");
        assertThat(again.client().get("/kv/get/after").text()).isEqualTo("written");
      }
    }
  }

  @Test
  void keepsEveryAnsweredWriteWhenTheDiskFillsUnderIt() throws Exception {
    try (SmallDisk disk = SmallDisk.ofMebibytes(48);
        SidecarProcess sidecar =
            SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString()).start()) {
      HttpClient client = sidecar.awaitReady().client();
      int answered = 0;
      byte[] megabyte = new byte[1 << 20];
      Response last = client.put("/kv/set/first", megabyte);
      while (last.status() == 200 && answered < 200) {
        last = client.put("/kv/set/key-" + answered, megabyte);
        answered += last.status() == 200 ? 1 : 0;
      }

      assertIsClear(last);
      sidecar.kill();
      try (SidecarProcess again =
          SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString()).start()) {
        // Not ready, since the disk is still full.
        HttpClient reader = again.client();
        Await.until("it reads", RECOVERY, () -> reader.get("/kv/get/first").status() == 200);
        for (int i = 0; i < answered; i++) {
          Response response = reader.get("/kv/get/key-" + i);
          assertThat(response.status()).as("key-%d of %d", i, answered).isEqualTo(200);
          assertThat(response.body()).isEqualTo(megabyte);
        }
      }
    }
  }

  @Test
  void everythingOnAFullDiskCanBeDeletedAndWrittenAgain() throws Exception {
    try (SmallDisk disk = SmallDisk.ofMebibytes(40);
        SidecarProcess sidecar =
            SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString()).start()) {
      HttpClient client = sidecar.awaitReady().client();
      int stored = setUntilRefused(client);
      assertThat(stored).isGreaterThan(60);

      Response refused = client.put("/kv/set/more", LARGE);

      assertIsClear(refused);
      assertThat(client.get("/health/ready").status()).isEqualTo(503);
      for (int i = 0; i < 200; i++) {
        assertIsClear(client.put("/kv/set/more", LARGE));
      }
      for (int i = 0; i < stored; i++) {
        assertThat(client.delete("/kv/del/k" + i).text())
            .isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
      }
      Await.until("it is ready", RECOVERY, () -> client.get("/health/ready").status() == 200);
      assertThat(setUntilRefused(client)).isGreaterThan(stored - 10);
      assertThat(sidecar.log().lines().filter(line -> line.contains(" ERROR "))).hasSizeLessThan(5);
      assertThat(sidecar.log()).hasSizeLessThan(20_000);
    }
  }

  @Test
  void expiryFreesAFullDisk() throws Exception {
    try (SmallDisk disk = SmallDisk.ofMebibytes(40);
        SidecarProcess sidecar =
            SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString()).start()) {
      HttpClient client = sidecar.awaitReady().client();
      int stored = 0;
      while (stored < 1_000
          && client.put("/kv/set/k" + stored + "?ttl=20", LARGE).status() == 200) {
        stored++;
      }
      assertThat(stored).isBetween(60, 999);

      Await.until(
          "there is room again",
          Duration.ofSeconds(90),
          () -> client.put("/kv/set/after", LARGE).status() == 200);

      assertThat(client.get("/kv/get/after").body()).isEqualTo(LARGE);
    }
  }

  private static int setUntilRefused(HttpClient client) {
    int stored = 0;
    while (stored < 1_000 && client.put("/kv/set/k" + stored, LARGE).status() == 200) {
      stored++;
    }
    return stored;
  }

  @Test
  void startsOnAReadOnlyDiskAndWorksWhenItCanBeWrittenTo() throws Exception {
    try (SmallDisk disk = SmallDisk.ofMebibytes(64)) {
      disk.readOnly();
      try (SidecarProcess sidecar =
          SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString()).start()) {
        HttpClient client = sidecar.client();

        Response refused = client.put("/kv/set/a", "1");

        assertIsClear(refused);
        Response ready = client.get("/health/ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.text()).contains("\"status\":\"DOWN\"");
        assertThat(client.get("/health").status()).isEqualTo(200);
        disk.writable();
        sidecar.awaitReady();
        assertThat(client.put("/kv/set/a", "1").status()).isEqualTo(200);
        assertThat(sidecar.log().lines().filter(line -> line.contains("Cannot open the backend")))
            .hasSize(1);
      }
    }
  }

  private static Response writeUntilRefused(HttpClient client) {
    byte[] some = new byte[100_000];
    Response response = client.put("/kv/set/full", some);
    for (int i = 0; i < 1000 && response.status() == 200; i++) {
      response = client.put("/kv/set/full-" + i, some);
    }
    return response;
  }

  private static void assertIsClear(Response refused) {
    assertThat(refused.status()).as("%s", refused).isEqualTo(503);
    assertThat(refused.text()).contains("\"code\":\"BACKEND_UNAVAILABLE\"");
    assertThat(refused.header("Retry-After")).isPresent();
  }
}
