package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are not those that were stored are never passed on as if they were. */
class DamageIT {
  @TempDir private Path data;

  private SidecarProcess start() {
    return SidecarProcess.builder().env("MIKCAR_DATA", data.toString()).start().awaitReady();
  }

  @Test
  void aDamagedValueIsAnErrorAndTheOthersAreServed() throws SQLException {
    try (SidecarProcess before = start()) {
      before.client().put("/kv/set/whole", "1");
      before.client().put("/kv/set/damaged", "1");
    }
    damage();
    try (SidecarProcess after = start();
        var connection = after.client().open()) {

      Response answer =
          connection.send("GET", "/kv/get/damaged", Map.of("X-Trace-ID", "my-trace"), new byte[0]);

      ApiError.check(answer, 500, "INTERNAL_ERROR");
      assertThat(after.client().get("/kv/get/whole").text()).isEqualTo("1");
      assertThat(after.log().lines().filter(line -> line.contains("its checksum does not match")))
          .singleElement()
          .asString()
          .contains("ERROR", "my-trace");
    }
  }

  @Test
  void aDamagedValueCanBeReplacedOrDeleted() throws SQLException {
    try (SidecarProcess before = start()) {
      before.client().put("/kv/set/damaged", "1");
    }
    damage();
    try (SidecarProcess after = start()) {

      Response replaced = after.client().put("/kv/set/damaged", "2");

      assertThat(replaced.status()).isEqualTo(200);
      assertThat(after.client().get("/kv/get/damaged").text()).isEqualTo("2");
    }
    damage();
    try (SidecarProcess after = start()) {

      Response deleted = after.client().delete("/kv/del/damaged");

      assertThat(deleted.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
      assertThat(after.client().get("/kv/get/damaged").status()).isEqualTo(404);
    }
  }

  /** Turns over the last bit of one value. */
  private void damage() throws SQLException {
    int changed =
        StoredKeys.in(data.resolve("kv"))
            .run(
                """
                UPDATE entry SET value = CAST(substr(value, 1, length(value) - 1) || x'30' AS BLOB)
                WHERE key = CAST('damaged' AS BLOB)
                """);
    assertThat(changed).isEqualTo(1);
  }
}
