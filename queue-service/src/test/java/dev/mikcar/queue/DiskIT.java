package dev.mikcar.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import dev.mikcar.test.SmallDisk;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A full disk: messages are refused, those that are there can be had and acknowledged. */
class DiskIT {
  private static final Duration RECOVERY = Duration.ofSeconds(30);
  private static final int BEFORE = 20;

  @Test
  void onAFullDiskMessagesComeOutAndNoneGoIn() throws Exception {
    try (SmallDisk disk = SmallDisk.ofMebibytes(64)) {
      try (SidecarProcess sidecar = on(disk).start()) {
        HttpClient client = sidecar.awaitReady().client();
        for (int i = 0; i < BEFORE; i++) {
          assertThat(client.post("/queue/push/jobs", "" + i).status()).isEqualTo(200);
        }
        disk.fill();

        Response refused = pushUntilRefused(client);

        assertThat(refused.status()).as("%s", refused).isEqualTo(503);
        assertThat(refused.text()).contains("\"code\":\"BACKEND_UNAVAILABLE\"");
        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(client.get("/health/ready").status()).isEqualTo(503);
        for (int i = 0; i < BEFORE; i++) {
          Response message = client.get("/queue/pop/jobs?timeout=0");
          assertThat(message.text()).contains("\"payload\":" + i + ",");
        }
        Await.until(
            "all are acknowledged",
            RECOVERY,
            () -> client.get("/queue/len/jobs").text().contains("\"length\":0,\"leased\":0"));
        sidecar.kill();
      }
      try (SidecarProcess again = on(disk).start()) {
        HttpClient client = again.client();
        assertThat(client.get("/queue/len/jobs").text()).contains("\"length\":0,\"leased\":0");
        disk.free();
        Await.until(
            "messages are taken again",
            RECOVERY,
            () -> client.post("/queue/push/jobs", "after").status() == 200);
        assertThat(again.isAlive()).isTrue();
      }
    }
  }

  private static SidecarProcess.Builder on(SmallDisk disk) {
    return SidecarProcess.builder().env("MIKCAR_DATA", disk.path().toString());
  }

  private static Response pushUntilRefused(HttpClient client) {
    byte[] some = new byte[100_000];
    Response response = client.post("/queue/push/full", some);
    for (int i = 0; i < 1_000 && response.status() == 200; i++) {
      response = client.post("/queue/push/full", some);
    }
    return response;
  }
}
