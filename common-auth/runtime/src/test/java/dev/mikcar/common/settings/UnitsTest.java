package dev.mikcar.common.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1048576, 1048576",
    "5B, 5",
    "512K, 524288",
    "512kb, 524288",
    "512KiB, 524288",
    "10M, 10485760",
    "10m, 10485760",
    "10MB, 10485760",
    "10MiB, 10485760",
    "1G, 1073741824",
    "1gb, 1073741824",
    "1GiB, 1073741824",
    "'  2 K ', 2048",
    "8589934591G, 9223372035781033984",
  })
  void aSizeIsANumberWithAPowerOf1024(String text, long bytes) {
    // When
    long size = Units.bytes("MAX_BODY_SIZE", text);

    // Then
    assertThat(size).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0K",
        "-1",
        "+1",
        "1.5K",
        "K",
        "ten",
        "10T",
        "10 000",
        "1K1",
        "0x10",
        "1e3",
        "8589934592G",
        "99999999999999999999",
        "\u0661"
      })
  void whatIsNoSizeIsRefusedWithTheVariableAndWhatIsAccepted(String text) {
    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> Units.bytes("MAX_BODY_SIZE", text))
        .withMessageStartingWith("mikcar: MAX_BODY_SIZE: ")
        .withMessageContaining("; accepted: a positive number of bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "500ms, 500",
    "1MS, 1",
    "30, 30000",
    "30s, 30000",
    "30S, 30000",
    "2m, 120000",
    "1h, 3600000",
    "' 3 s ', 3000",
  })
  void aTimeIsANumberOfSecondsOrHasAUnit(String text, long millis) {
    // When
    Duration time = Units.duration("REQUEST_TIMEOUT", text);

    // Then
    assertThat(time).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0ms", "-1s", "1.5s", "s", "soon", "1d", "1us", "1h30m"})
  void whatIsNoTimeIsRefusedWithTheVariableAndWhatIsAccepted(String text) {
    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> Units.duration("REQUEST_TIMEOUT", text))
        .withMessageStartingWith("mikcar: REQUEST_TIMEOUT: ")
        .withMessageContaining("; accepted: a positive time");
  }
}
