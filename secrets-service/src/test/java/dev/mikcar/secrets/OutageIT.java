package dev.mikcar.secrets;

import static dev.mikcar.secrets.Wires.field;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.secrets.vault.OpenBao;
import dev.mikcar.test.Await;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Vault that dies, is sealed, or forgets the token of the sidecar, under 200 requests a second.
 * It is away for 3 s; {@code -Dmikcar.outage.seconds=60} makes that a minute.
 */
class OutageIT {
  private static final int SECONDS = Integer.getInteger("mikcar.outage.seconds", 3);
  private static final int THREADS = 4;
  private static final long PAUSE_MILLIS = 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String SECRET = "app/password";

  @TempDir private static Path folder;
  private static OpenBao bao;

  @BeforeAll
  static void start() {
    bao = OpenBao.start(folder.resolve("bao"));
    bao.admin("POST", "secret/data/" + SECRET, "{\"data\":{\"value\":\"v4lue\"}}");
    bao.admin("POST", "sys/auth/approle", "{\"type\":\"approle\"}");
    bao.admin(
        "POST",
        "sys/policies/acl/all",
        "{\"policy\":\"path \\\"secret/*\\\" { capabilities = [\\\"create\\\", \\\"read\\\","
            + " \\\"update\\\", \\\"list\\\"] }\"}");
    bao.admin("POST", "auth/approle/role/app", "{\"token_policies\":\"all\",\"token_ttl\":\"1h\"}");
  }

  @AfterAll
  static void stop() {
    if (bao != null) {
      bao.close();
    }
  }

  private static SidecarProcess.Builder sidecar() {
    JsonObject id = bao.admin("GET", "auth/approle/role/app/role-id", "").getJsonObject("data");
    JsonObject secret =
        bao.admin("POST", "auth/approle/role/app/secret-id", "{}").getJsonObject("data");
    return SidecarProcess.builder()
        .env(
            "SECRETS_URL",
            "vault://127.0.0.1:%d?role_id=%s&secret_id=%s"
                .formatted(bao.port(), id.getString("role_id"), secret.getString("secret_id")))
        .env("SECRETS_CACHE_TTL", "500ms")
        .env("REQUEST_TIMEOUT", TIMEOUT.toSeconds() + "s");
  }

  /** Reads of one secret, 200 a second, all of which must succeed. */
  private static final class Load implements AutoCloseable {
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
    private final AtomicBoolean stale = new AtomicBoolean();
    private volatile String wrong = "";
    private volatile long answers;

    Load(SidecarProcess process) {
      Wires wire = new Wires(process.client());
      for (int i = 0; i < THREADS; i++) {
        var _ =
            threads.scheduleAtFixedRate(
                () -> read(wire), i * PAUSE_MILLIS / THREADS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      }
    }

    private void read(Wires wire) {
      try {
        Response answer = wire.get(SECRET);
        if (answer.status() != 200 || !field(answer, "value").equals("v4lue")) {
          wrong = answer.toString();
        }
        stale.set(answer.header("X-Cache").orElse("").equals("STALE"));
      } catch (RuntimeException | AssertionError e) {
        wrong = e.toString();
      }
      count();
    }

    private synchronized void count() {
      answers++;
    }

    void awaitStale(boolean wanted) {
      Await.until("stale is " + wanted, LIMIT, () -> stale.get() == wanted || !wrong.isEmpty());
      check();
    }

    void check() {
      assertThat(wrong).isEmpty();
    }

    /** So many more answers. */
    void awaitAnswers(long more) {
      long until = answers + more;
      Await.until("answers come", LIMIT.plusSeconds(2L * SECONDS), () -> answers >= until);
      check();
    }

    @Override
    public void close() {
      var _ = threads.shutdownNow();
      threads.close();
    }
  }

  private static int logins() {
    return bao.requests("auth/approle/login").size();
  }

  private static <T> T timed(Duration limit, Callable<T> call) throws Exception {
    long start = System.nanoTime();
    T result = call.call();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(limit);
    return result;
  }

  @Test
  void whileVaultIsDeadKeptSecretsAreServedAndOthersAre503() throws Exception {
    try (SidecarProcess process = sidecar().start().awaitReady()) {
      Wires wire = new Wires(process.client());
      assertThat(field(wire.get(SECRET), "value")).isEqualTo("v4lue");
      try (Load load = new Load(process)) {
        // Given
        load.awaitStale(false);

        // When
        bao.kill();
        load.awaitStale(true);
        Response other = timed(TIMEOUT, () -> wire.get("other"));
        Response ready = process.client().get("/health/ready");
        load.awaitAnswers(200L * SECONDS * 3 / 4);
        bao.restart();

        // Then
        load.awaitStale(false);
        Wires.checkError(other, 503, "BACKEND_UNAVAILABLE");
        assertThat(ready.status()).isEqualTo(503);
        process.awaitReady();
      }
    }
  }

  @Test
  void aSealedVaultIsAnOutageThatEndsByItself() throws Exception {
    try (SidecarProcess process = sidecar().start().awaitReady();
        Load load = new Load(process)) {
      // Given
      load.awaitStale(false);
      int logins = logins();

      // When
      bao.seal();
      load.awaitStale(true);
      bao.unseal();

      // Then
      load.awaitStale(false);
      assertThat(logins() - logins).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void aRevokedTokenIsOneNewLogin() throws Exception {
    try (SidecarProcess process = sidecar().start().awaitReady();
        Load load = new Load(process)) {
      // Given
      load.awaitAnswers(50);
      int logins = logins();

      // When
      bao.revokeTokens();
      Await.until("there was a login", LIMIT, () -> logins() > logins);
      load.awaitAnswers(200);

      // Then
      assertThat(logins()).isEqualTo(logins + 1);
    }
  }

  @Test
  void hostileNamesAreNoRequestOfVaults() {
    try (SidecarProcess process = sidecar().start().awaitReady()) {
      // Given
      Wires wire = new Wires(process.client());
      int before = bao.requests("secret/").size();

      // When
      for (String name :
          List.of(
              "../sys/policies",
              "a/../../sys/health",
              "..%2Fsys",
              "a//b",
              "%2Fa",
              "a/",
              "a%00",
              "a%3Flist=true",
              "a%23",
              "%252e%252e",
              "x".repeat(513),
              "%E2%80%8F")) {
        Wires.checkError(wire.get(name), 400, "BAD_REQUEST");
        Wires.checkError(wire.post("secret/" + name, "{\"value\":\"v\"}"), 400, "BAD_REQUEST");
        Wires.checkError(wire.delete(name), 400, "BAD_REQUEST");
      }

      // Then
      assertThat(bao.requests("secret/")).hasSize(before);
    }
  }

  @Test
  void aStartWhileVaultIsDeadServesWhatWasKeptOnDisk() throws IOException {
    // Given
    Path kept = folder.resolve("kept");
    Path key = Files.writeString(folder.resolve("key"), "0f".repeat(32) + "\n");
    SidecarProcess.Builder builder =
        sidecar()
            .env("SECRETS_CACHE_FILE", kept.toString())
            .env("SECRETS_CACHE_KEY_FILE", key.toString());
    try (SidecarProcess first = builder.start().awaitReady()) {
      assertThat(new Wires(first.client()).get(SECRET).status()).isEqualTo(200);
      assertThat(first.terminate()).isZero();
    }
    bao.kill();
    try (SidecarProcess second = builder.start()) {
      Wires wire = new Wires(second.client());

      // When
      Response answer = wire.get(SECRET);
      Response other = wire.get("other");

      // Then
      assertThat(answer.header("X-Cache")).contains("STALE");
      assertThat(field(answer, "value")).isEqualTo("v4lue");
      Wires.checkError(other, 503, "BACKEND_UNAVAILABLE");
      assertThat(new String(Files.readAllBytes(kept), StandardCharsets.ISO_8859_1))
          .doesNotContain("v4lue", "password");
      bao.restart();
      Await.until(
          "Vault is asked again",
          LIMIT,
          () -> wire.get(SECRET).header("X-Cache").orElse("").equals("MISS"));
    }
  }
}
