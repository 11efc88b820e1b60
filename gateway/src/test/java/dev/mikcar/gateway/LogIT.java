package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a line of the log holds. */
class LogIT {
  private static final Pattern NAME = Pattern.compile("[{,]\"(\\w+)\":");
  private static final List<String> ALL =
      List.of(
          "timestamp",
          "level",
          "loggerName",
          "message",
          "threadName",
          "mdc",
          "trace_id",
          "exception");

  @Test
  void aLineInJsonHoldsWhatAReaderNeedsAndNothingOfTheFramework() {
    // Given
    SidecarProcess.Builder builder =
        SidecarProcess.builder().args("--kv").env("KV_URL", "memory://").env("LOG_FORMAT", "json");
    try (SidecarProcess process = builder.start()) {

      // When
      process.terminate();

      // Then
      List<String> lines = process.log().lines().filter(line -> line.startsWith("{")).toList();
      assertThat(lines)
          .isNotEmpty()
          .allSatisfy(
              line ->
                  assertThat(namesIn(line))
                      .contains("timestamp", "level", "loggerName", "message", "threadName")
                      .isSubsetOf(ALL));
    }
  }

  private static List<String> namesIn(String line) {
    return NAME.matcher(line).results().map(name -> name.group(1)).toList();
  }
}
