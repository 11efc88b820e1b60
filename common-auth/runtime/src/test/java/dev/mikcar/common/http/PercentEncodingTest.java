package dev.mikcar.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mikcar.common.error.ApiException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PercentEncodingTest {
  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "plain, plain",
    "a+b, a+b",
    "a%2Fb, a/b",
    "a%2fb, a/b",
    "%41, A",
    "x%41, xA",
    "%2525, %25",
    "%C3%A9, é",
    "%F0%9F%9A%97, 🚗",
  })
  void aPairOfHexDigitsIsAByteOfUtf8(String encoded, String text) {
    // When
    String decoded = PercentEncoding.decode("the key", encoded);

    // Then
    assertThat(decoded).isEqualTo(text);
  }

  @Test
  void aZeroByteStays() {
    // When
    String decoded = PercentEncoding.decode("the key", "a%00b");

    // Then
    assertThat(decoded).isEqualTo("a\0b");
  }

  @Test
  void unencodedBytesAreUtf8Too() {
    // Given: the HTTP layer hands over a byte as the character of the same number
    String handedOver =
        new String("é🚗".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

    // When
    String decoded = PercentEncoding.decode("the key", handedOver);

    // Then
    assertThat(decoded).isEqualTo("é🚗");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%", "a%", "%4", "a%4", "%zz", "%4g", "%g4", "%%41", "% 41", "%-1", "%+1"})
  void whatTwoHexDigitsDoNotFollowIsRefusedWithItsPosition(String encoded) {
    // When, then
    assertThatExceptionOfType(ApiException.BadRequest.class)
        .isThrownBy(() -> PercentEncoding.decode("the key", encoded))
        .withMessageStartingWith("the key has a '%'")
        .withMessageEndingWith("at position " + encoded.indexOf('%'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%FF", "%C3", "%C3x", "%80", "%C0%AF", "%ED%A0%80", "%F5%80%80%80", "\u00e9"})
  void whatMakesNoUtf8IsRefused(String encoded) {
    // When, then
    assertThatExceptionOfType(ApiException.BadRequest.class)
        .isThrownBy(() -> PercentEncoding.decode("the key", encoded))
        .withMessage("the key is not UTF-8");
  }
}
