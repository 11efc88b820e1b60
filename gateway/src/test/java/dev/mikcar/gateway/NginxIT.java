package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind nginx, which keeps its connections and sends on what callers sent. */
class NginxIT {
  private static final int LARGE = 10 << 20;

  @TempDir private static Path folder;
  private static SidecarProcess sidecar;
  private static Nginx nginx;

  @BeforeAll
  static void start() throws IOException {
    sidecar =
        SidecarProcess.builder()
            .args("--kv", "--storage")
            .env("KV_URL", "memory://")
            .env("STORAGE_URL", "memory://")
            .env("MIKCAR_ALLOWED_HOSTS", "sidecar")
            .start()
            .awaitReady();
    nginx = Nginx.start(folder, sidecar.port(), "$proxy_host");
  }

  @AfterAll
  static void stop() {
    if (nginx != null) {
      nginx.close();
    }
    sidecar.close();
  }

  @Test
  void manyRequestsAreAnsweredOverConnectionsThatStay() {
    // Given
    try (Connection connection = nginx.client().open()) {
      for (int i = 0; i < 300; i++) {

        // When
        Response set = connection.send("PUT", "/kv/set/n", Map.of(), bytes("value" + i));
        Response get = connection.send("GET", "/kv/get/n");
        Response none = connection.send("GET", "/kv/get/none");
        Response refused =
            connection.send("PUT", "/kv/set/n", Map.of("If-None-Match", "*"), bytes("no"));

        // Then
        assertThat(set.status()).as(set.toString()).isEqualTo(200);
        assertThat(get.text()).isEqualTo("value" + i);
        assertThat(none.status()).isEqualTo(404);
        assertThat(refused.status()).isEqualTo(412);
      }
    }
    assertThat(nginx.log()).doesNotContain("[error]", "[alert]", "[crit]");
  }

  @Test
  void largeBodiesGoThroughBothWays() {
    // Given
    byte[] body = new byte[LARGE];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) (i * 31);
    }

    // When
    int set = nginx.client().put("/kv/set/large", body).status();
    int put = nginx.client().put("/storage/object/large", body).status();

    // Then
    assertThat(set).isEqualTo(200);
    assertThat(put).isEqualTo(201);
    assertThat(nginx.client().get("/kv/get/large").body()).isEqualTo(body);
    assertThat(nginx.client().get("/storage/object/large").body()).isEqualTo(body);
  }

  @Test
  void aBodyInChunksGoesThrough() {
    // Given
    byte[] chunks = bytes("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");

    // When
    nginx.client().send("PUT", "/kv/set/chunks", Map.of("Transfer-Encoding", "chunked"), chunks);

    // Then
    assertThat(nginx.client().get("/kv/get/chunks").text()).isEqualTo("hello world");
  }

  @Test
  void whatIsRefusedArrivesAsTheSidecarSaidIt() {
    // When
    Response tooLarge = nginx.client().put("/kv/set/a", new byte[LARGE + 1]);
    Response compressed =
        nginx.client().send("PUT", "/kv/set/a", Map.of("Content-Encoding", "gzip"), bytes("x"));
    Response page = nginx.client().with("Origin", "http://evil.example").get("/kv/get/a");

    // Then
    assertThat(tooLarge.text()).contains("PAYLOAD_TOO_LARGE");
    assertThat(compressed.text()).contains("UNSUPPORTED_MEDIA_TYPE");
    assertThat(page.text()).contains("FORBIDDEN");
    assertThat(nginx.client().get("/health").status()).isEqualTo(200);
  }

  @Test
  void theHostIsTheOneThatNginxSays(@TempDir Path other) throws IOException {
    try (Nginx stranger = Nginx.start(other, sidecar.port(), "somewhere.example");
        Nginx local = Nginx.start(other, sidecar.port(), "localhost")) {

      // When
      Response misdirected = stranger.client().get("/kv/exists/a");
      Response served = local.client().get("/kv/exists/a");

      // Then
      assertThat(misdirected.status()).as(misdirected.toString()).isEqualTo(421);
      assertThat(misdirected.text()).contains("MIKCAR_ALLOWED_HOSTS");
      assertThat(served.status()).as(served.toString()).isEqualTo(200);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
