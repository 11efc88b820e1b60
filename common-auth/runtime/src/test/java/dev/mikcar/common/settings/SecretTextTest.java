package dev.mikcar.common.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTextTest {
  @ParameterizedTest
  @CsvSource({
    "secret://db, [db]",
    "secret://a/b#c, [a/b.c]",
    "'x {secret://a} y {secret://b#c}', 'x [a] y [b.c]'",
    "p://u:{secret://db#password}@h/d, p://u:%5Bdb.password%5D@h/d",
  })
  void referencesAreReplaced(String text, String expected) {
    // When
    String resolved =
        SecretText.resolve(
            text, (name, field) -> "[" + name + (field == null ? "" : "." + field) + "]");

    // Then
    assertThat(resolved).isEqualTo(expected);
  }

  @Test
  void noCharacterOfAPasswordEndsAPartOfAUrl() {
    // When
    String resolved = SecretText.resolve("p://u:{secret://a}@h", (name, field) -> "a@b/ü?%");

    // Then
    assertThat(resolved).isEqualTo("p://u:a%40b%2F%C3%BC%3F%25@h");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x secret://a", "secret://a b", "{secret://a} secret://b", "secret://"})
  void aReferenceThatIsNeitherAloneNorInBracesIsRefused(String text) {
    // When, then
    assertThatThrownBy(() -> SecretText.resolve(text, (name, field) -> "v"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
