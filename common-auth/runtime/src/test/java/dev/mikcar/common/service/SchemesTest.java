package dev.mikcar.common.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mikcar.common.settings.SettingException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemesTest {
  private static final Opener<Backend> NOTHING =
      () -> {
        throw new IllegalStateException("not to be opened");
      };

  private static Schemes<Backend> schemes() {
    return Schemes.of("X_URL")
        .withMemory(NOTHING)
        .withFolder(path -> NOTHING.open())
        .withFolder("old", "", path -> NOTHING.open())
        .with("x", "x://host", url -> NOTHING)
        .otherwise("usual", NOTHING);
  }

  @ParameterizedTest
  @CsvSource({"memory://, memory", "file:///a, file", "old:///a, file", "x://a, x", ", usual"})
  void theSchemeChoosesTheBackend(String url, String backend) {
    // When
    Choice<Backend> choice = schemes().choose(variable -> Optional.ofNullable(url));

    // Then
    assertThat(choice.backend()).isEqualTo(backend);
  }

  @ParameterizedTest
  @CsvSource({
    "y://secret, there is no backend 'y'",
    "secret, it is no URL",
    "memory://secret, memory:// takes nothing after it",
    "file://, what follows the scheme is no folder"
  })
  void whatIsNotInTheTableIsRefusedWithWhatIs(String url, String problem) {
    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> schemes().choose(variable -> Optional.of(url)))
        .withMessage(
            "mikcar: X_URL: " + problem + "; accepted: memory://, file:///folder or x://host");
  }

  @Test
  void theVariableIsTheOneOfTheTable() {
    // When
    Choice<Backend> choice =
        schemes()
            .choose(variable -> variable.equals("X_URL") ? Optional.of("x://a") : Optional.empty());

    // Then
    assertThat(choice.backend()).isEqualTo("x");
  }
}
