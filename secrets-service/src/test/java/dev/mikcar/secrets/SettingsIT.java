package dev.mikcar.secrets;

import static dev.mikcar.secrets.Wires.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.SidecarProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings of the service do, and what stops the start. */
class SettingsIT {
  @ParameterizedTest
  @CsvSource({
    "SECRETS_URL, nosuch://x",
    "SECRETS_URL, memory://x",
    "SECRETS_URL, env://",
    "SECRETS_URL, env://A-B",
    "SECRETS_CACHE_TTL, soon",
    "SECRETS_CACHE_STALE, -1",
    "SECRETS_CACHE_ENTRIES, 0",
    "SECRETS_CACHE_BYTES, 0",
    "SECRETS_WATCH_INTERVAL, 0",
    "SECRETS_CACHE_FILE, cache"
  })
  void aSettingThatCannotBeUsedStopsTheStart(String variable, String value) {
    // When
    SidecarProcess.Exit exit = SidecarProcess.builder().env(variable, value).run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err().strip().lines())
        .singleElement()
        .satisfies(line -> assertThat(line).startsWith("mikcar: " + variable + ": "));
  }

  @Test
  void aKeyThatIsNoneIsNotShown() {
    // When
    SidecarProcess.Exit exit =
        SidecarProcess.builder()
            .env("SECRETS_CACHE_FILE", "cache")
            .env("SECRETS_CACHE_KEY", "M4RKER")
            .run();

    // Then
    assertThat(exit.code()).isEqualTo(2);
    assertThat(exit.err()).startsWith("mikcar: SECRETS_CACHE_KEY: ").doesNotContain("M4RKER");
  }

  @Test
  void withATtlOfZeroNothingIsKept() {
    try (SidecarProcess process =
        SidecarProcess.builder()
            .env("SECRETS_URL", "memory://")
            .env("SECRETS_CACHE_TTL", "0")
            .start()
            .awaitReady()) {
      // Given
      Wires wire = new Wires(process.client());
      String name = fresh();
      wire.created(name, "v");
      wire.get(name);

      // When, then
      assertThat(wire.get(name).header("X-Cache")).contains("MISS");
    }
  }
}
