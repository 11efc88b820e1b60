package dev.mikcar.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mikcar.common.error.ApiException;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {
  @Test
  void withoutTheHeaderThereIsNothing() {
    // When
    EntityTags tags = EntityTags.parse("If-Match", null);

    // Then
    assertThat(tags).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", " * "})
  void aStarIsAnyTag(String value) {
    // When
    EntityTags tags = parse(value);

    // Then
    assertThat(tags).isEqualTo(new EntityTags(true, Set.of(), Set.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a\",W/\"b\",\"c,d\"",
        " \"a\" ,\tW/\"b\" , \"c,d\" ",
        "\"c,d\", \"a\", W/\"b\""
      })
  void aListHoldsStrongAndWeakTags(String value) {
    // When
    EntityTags tags = parse(value);

    // Then
    assertThat(tags).isEqualTo(new EntityTags(false, Set.of("a", "c,d"), Set.of("b")));
  }

  @Test
  void aTagMayBeEmpty() {
    // When
    EntityTags tags = parse("\"\"");

    // Then
    assertThat(tags).isEqualTo(new EntityTags(false, Set.of(""), Set.of()));
  }

  /** RFC 9110 section 5.6.1.2: a recipient ignores a reasonable number of empty list elements. */
  @ParameterizedTest
  @ValueSource(strings = {"\"a\",", ",\"a\"", "\"a\", ,\"a\""})
  void emptyElementsOfTheListAreIgnored(String value) {
    // When
    EntityTags tags = parse(value);

    // Then
    assertThat(tags).isEqualTo(new EntityTags(false, Set.of("a"), Set.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "\"a",
        "a\"",
        "\"a\" \"b\"",
        "w/\"a\"",
        "W/a",
        "*, \"a\"",
        "\"a\", *",
        "\"a b\""
      })
  void whatIsNoListOfTagsIsRefusedWithTheHeader(String value) {
    // When, then
    assertThatExceptionOfType(ApiException.BadRequest.class)
        .isThrownBy(() -> EntityTags.parse("If-None-Match", value))
        .withMessageStartingWith("If-None-Match ");
  }

  @Test
  void aWeakTagMatchesOnlyWeakly() {
    // Given
    EntityTags tags = parse("W/\"a\"");

    // When
    boolean strongly = tags.matchesStrongly("a");

    // Then
    assertThat(strongly).isFalse();
    assertThat(tags.matchesWeakly("a")).isTrue();
  }

  @Test
  void aStrongTagMatchesBothWays() {
    // Given
    EntityTags tags = parse("\"a\"");

    // When
    boolean strongly = tags.matchesStrongly("a");

    // Then
    assertThat(strongly).isTrue();
    assertThat(tags.matchesWeakly("a")).isTrue();
    assertThat(tags.matchesStrongly("b")).isFalse();
    assertThat(tags.matchesWeakly("b")).isFalse();
  }

  @Test
  void aStarMatchesOnlyWhatIsThere() {
    // Given
    EntityTags tags = parse("*");

    // When
    boolean missing = tags.matchesStrongly(null);

    // Then
    assertThat(missing).isFalse();
    assertThat(tags.matchesWeakly(null)).isFalse();
    assertThat(tags.matchesStrongly("a")).isTrue();
    assertThat(tags.matchesWeakly("a")).isTrue();
  }

  private static EntityTags parse(String value) {
    return Objects.requireNonNull(EntityTags.parse("If-Match", value));
  }
}
