package dev.mikcar.secrets;

import static dev.mikcar.secrets.Wires.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.secrets.vault.OpenBao;
import dev.mikcar.test.Moto;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values and credentials are in no log at its most talkative, in no metric and in no error. */
class LeakIT {
  private static final String MARKER = "M4RKER";

  @TempDir private Path folder;

  private static SidecarProcess.Builder talkative(String url) {
    return SidecarProcess.builder()
        .env("SECRETS_URL", url)
        .env("QUARKUS_LOG_LEVEL", "TRACE")
        .env("QUARKUS_LOG_CONSOLE_LEVEL", "TRACE");
  }

  /** Everything that can be done with a value, and much that cannot. */
  private static void check(SidecarProcess process, String... credentials) {
    Wires wire = new Wires(process.client());
    String name = fresh();
    String value = "{\"value\":\"" + MARKER + "\"}";
    List<Response> errors = new ArrayList<>();
    List<Response> answers = new ArrayList<>();
    answers.add(wire.post("secret/" + name, value));
    answers.add(wire.put(name, "{\"value\":\"" + MARKER + "2\",\"labels\":{\"a\":\"b\"}}"));
    answers.add(wire.send("GET", "/secrets/versions/" + name, Map.of()));
    answers.add(wire.send("GET", "/secrets/exists/" + name, Map.of()));
    answers.add(wire.send("GET", "/secrets/list", Map.of()));
    Response read = wire.get(name);
    Response previous = wire.get(name + "?version=previous");
    Response batch = wire.post("get/batch", "{\"names\":[\"" + name + "\"]}");
    errors.add(wire.post("secret/" + name, value));
    errors.add(wire.put(name + "?cas=" + "9".repeat(32), value));
    errors.add(wire.put(fresh(), value));
    errors.add(wire.post("secret/" + fresh(), value + value));
    errors.add(wire.post("secret/" + fresh(), "{\"value\":[\"" + MARKER + "\"]}"));
    errors.add(
        wire.post("secret/" + fresh(), "{\"value\":\"!" + MARKER + "\",\"encoding\":\"base64\"}"));
    answers.add(wire.delete(name));
    errors.add(wire.get(name));

    assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isLessThan(300));
    assertThat(read.text() + previous.text() + batch.text()).contains(MARKER);
    assertThat(errors).allSatisfy(error -> assertThat(error.status()).isBetween(400, 499));
    process.awaitLog("operation=delete");
    String everything =
        String.join("\n", answers.stream().map(Response::text).toList())
            + String.join("\n", errors.stream().map(Response::text).toList())
            + process.client().get("/metrics").text()
            + process.client().get("/openapi").text()
            + process.log();
    assertThat(process.log()).contains("DEBUG");
    for (String secret : credentials) {
      assertThat(everything).doesNotContain(secret);
    }
    assertThat(everything).doesNotContain(MARKER);
  }

  @Test
  void inMemory() {
    try (SidecarProcess process = talkative("memory://").start().awaitReady()) {
      check(process);
    }
  }

  @Test
  void inVault() {
    try (OpenBao bao = OpenBao.start(folder);
        SidecarProcess process =
            talkative("vault://127.0.0.1:" + bao.port() + "?token=" + bao.root())
                .start()
                .awaitReady()) {
      check(process, bao.root());
    }
  }

  @Test
  void inAws() {
    try (Moto moto = Moto.start(folder, "secretsmanager:*");
        SidecarProcess process =
            talkative(
                    "awssm://us-east-1?endpoint=%s&access_key_id=%s&secret_access_key=%s"
                        .formatted(
                            moto.address(),
                            moto.accessKeyId(),
                            URLEncoder.encode(moto.secretAccessKey(), StandardCharsets.UTF_8)))
                .start()
                .awaitReady()) {
      check(process, moto.secretAccessKey());
    }
  }
}
