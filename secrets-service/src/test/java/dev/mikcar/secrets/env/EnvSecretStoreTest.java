package dev.mikcar.secrets.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.SecretName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvSecretStoreTest {
  private final VariableNames names = new VariableNames("SECRET_");

  @ParameterizedTest
  @CsvSource({"db, SECRET_DB", "db/read-only, SECRET_DB__READ___ONLY", "api_key2, SECRET_API_KEY2"})
  void aNameIsAVariableAndBack(String name, String variable) {
    // When, then
    assertThat(names.variable(new SecretName(name))).isEqualTo(variable);
    assertThat(names.name(variable)).contains(new SecretName(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Db", "a_-b", "a__b", "_a", "a-", "a.b", "ä"})
  void aNameThatNoVariableHasIsRefused(String name) {
    // When, then
    assertThatThrownBy(() -> names.variable(new SecretName(name)))
        .isInstanceOf(ApiException.BadRequest.class);
  }

  @Test
  void otherVariablesAreNotSecrets() {
    // When, then
    assertThat(names.name("SECRET_A____B")).isEmpty();
    assertThat(names.name("SECRET_a")).isEmpty();
    assertThat(names.name("OTHER")).isEmpty();
  }
}
