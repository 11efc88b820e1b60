package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several services in one application, of which only those that were named are seen. */
class CompositionIT {
  private static SidecarProcess kv;

  @BeforeAll
  static void start() {
    kv = SidecarProcess.builder().args("--kv").env("KV_URL", "memory://").start().awaitReady();
  }

  @AfterAll
  static void stop() {
    kv.close();
  }

  @Test
  void theSettingsOfOneServicesApplicationAreNotThoseOfTheGateway() {
    // Given: kv-service's own application names itself as the service to run
    SidecarProcess.Builder nothingNamed = SidecarProcess.builder().env("KV_URL", "memory://");

    // When
    SidecarProcess.Exit exit = nothingNamed.run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err()).contains("--storage", "--kv", "--all");
  }

  @Test
  void theApplicationHasTheNameOfTheGateway() throws IOException {
    // Given
    try (JarFile application =
        new JarFile(Objects.requireNonNull(System.getProperty("mikcar.app")))) {

      // When
      Attributes manifest = application.getManifest().getMainAttributes();

      // Then
      assertThat(manifest.getValue("Implementation-Title")).isEqualTo("mikcar");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/storage/x", "/sql/tables", "/queue/x", "/secrets/x", "/email/send"})
  void aServiceThatDoesNotRunIsNotFound(String path) {
    // When
    Response answer = kv.client().get(path);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(404);
    assertThat(answer.text()).contains("\"code\":\"NOT_FOUND\"", "does not run in this process");
  }

  @Test
  void aServiceThatDoesNotRunIsNotDescribed() {
    // When
    Response openapi = kv.client().with("Accept", "application/json").get("/openapi");

    // Then
    assertThat(openapi.status()).isEqualTo(200);
    assertThat(openapi.text())
        .contains("/kv/get/", "/health/ready")
        .doesNotContain("/storage", "/sql", "/queue", "/secrets", "/email");
  }

  @Test
  void aServiceThatDoesNotRunIsNotChecked() {
    // When
    Response ready = kv.client().get("/health/ready");

    // Then
    assertThat(ready.text())
        .isEqualTo(
            "{\"status\":\"healthy\",\"checks\":"
                + "[{\"name\":\"kv\",\"backend\":\"memory\",\"status\":\"UP\"}]}");
  }

  @Test
  void allIsEveryServiceOfTheApplication() {
    // Given
    SidecarProcess.Builder builder =
        SidecarProcess.builder().args("--all").env("KV_URL", "memory://");

    // When
    try (SidecarProcess all = builder.start().awaitReady()) {

      // Then
      assertThat(all.log()).contains("Serving storage, kv, sql, secrets, email");
      assertThat(all.client().get("/kv/exists/a").status()).isEqualTo(200);
      assertThat(all.client().get("/storage/list").status()).isEqualTo(200);
      assertThat(all.client().get("/secrets/exists/a").status()).isEqualTo(200);
      assertThat(
              all.client()
                  .with("Content-Type", "application/json")
                  .post("/sql/query", "{\"sql\":\"SELECT 1 AS a\"}")
                  .text())
          .isEqualTo("{\"rows\":[{\"a\":1}],\"row_count\":1}");
      assertThat(all.folder().resolve("mikcar-data/sql.db")).exists();
      assertThat(all.client().get("/email/outbox").text())
          .isEqualTo("{\"emails\":[],\"dropped\":0}");
    }
  }
}
