package dev.mikcar.common.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  private final JsonMapper mapper = new JsonMapper();

  StrictJsonTest() {
    new StrictJson().customize(mapper);
  }

  record Body(
      @Nullable Long whole,
      @Nullable Integer small,
      @Nullable Double number,
      @Nullable Boolean flag,
      @Nullable String text) {}

  @ParameterizedTest
  @CsvSource({
    "60, 60",
    "60.0, 60",
    "6e1, 60",
    "-0.0, 0",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775807.0, 9223372036854775807"
  })
  void aNumberWithoutAFractionIsWhole(String text, long expected) throws JsonProcessingException {
    assertThat(read("whole", text).whole()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.5",
        "9223372036854775808",
        "1e19",
        "1e999999999",
        "1e-999999999",
        "\"60\"",
        "\"\"",
        "true",
        "[1]",
        "{}"
      })
  void anythingElseIsNot(String text) {
    assertThatThrownBy(() -> read("whole", text)).isInstanceOf(JsonMappingException.class);
    assertThatThrownBy(() -> read("small", text)).isInstanceOf(JsonMappingException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "1.0", "\"true\"", "\"\"", "[true]"})
  void onlyTrueAndFalseAreFlags(String text) {
    assertThatThrownBy(() -> read("flag", text)).isInstanceOf(JsonMappingException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"1.5\"", "\"\"", "true"})
  void onlyNumbersAreNumbers(String text) {
    assertThatThrownBy(() -> read("number", text)).isInstanceOf(JsonMappingException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "1.5", "true", "[]", "{}"})
  void onlyStringsAreText(String text) {
    assertThatThrownBy(() -> read("text", text)).isInstanceOf(JsonMappingException.class);
  }

  @Test
  void nullIsNull() throws JsonProcessingException {
    assertThat(read("whole", "null").whole()).isNull();
    assertThat(read("small", "2147483647").small()).isEqualTo(Integer.MAX_VALUE);
    assertThat(read("number", "5").number()).isEqualTo(5.0);
    assertThat(read("flag", "true").flag()).isTrue();
  }

  private Body read(String field, String value) throws JsonProcessingException {
    return mapper.readValue("{\"" + field + "\":" + value + "}", Body.class);
  }
}
