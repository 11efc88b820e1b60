package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a line of the log holds. */
class LogIT {
  @Test
  void aLineInJsonHoldsWhatAReaderNeedsAndNothingOfTheFramework() {
    // Given
    SidecarProcess.Builder builder =
        SidecarProcess.builder().args("--kv").env("KV_URL", "memory://").env("LOG_FORMAT", "json");
    try (SidecarProcess process = builder.start()) {

      // When
      process.terminate();

      // Then
      List<JsonObject> lines =
          process.log().lines().filter(l -> l.startsWith("{")).map(JsonObject::new).toList();
      assertThat(lines)
          .isNotEmpty()
          .allSatisfy(
              line -> {
                assertThat(line.fieldNames())
                    .contains("timestamp", "level", "loggerName", "message", "threadName")
                    .isSubsetOf(
                        "timestamp",
                        "level",
                        "loggerName",
                        "message",
                        "threadName",
                        "mdc",
                        "exception",
                        "stackTrace");
                assertThat(line.getJsonObject("mdc", new JsonObject()).fieldNames())
                    .isSubsetOf("trace_id");
              });
    }
  }
}
