package dev.mikcar.kv.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "* anything true",
        "a* abc true",
        "a* ba false",
        "*c abc true",
        "a*c ac true",
        "a*b*c axxbyyc true",
        "a*b*c axxbyy false",
        "h?llo hello true",
        "h?llo hllo false",
        "h[ae]llo hallo true",
        "h[ae]llo hillo false",
        "h[^e]llo hallo true",
        "h[^e]llo hello false",
        "h[a-c]llo hbllo true",
        "h[c-a]llo hbllo true",
        "h[a-c]llo hdllo false",
        "h[a\\-c]llo h-llo true",
        "a\\*c a*c true",
        "a\\*c abc false",
        "a[ a[ false",
        "[abc b true",
        "a/*/c a/b/c true",
        "?? 😀é true",
        "a\\ a\\ true",
      })
  void matchesAsRedisDoes(String pattern, String text, boolean matches) {
    assertThat(Glob.of(pattern).matches(text)).isEqualTo(matches);
  }

  @Test
  void takesNoExponentialTime() {
    Glob glob = Glob.of("*a".repeat(200) + "b");

    assertThat(glob.matches("a".repeat(1000))).isFalse();
  }

  @Test
  void knowsWhatEveryMatchBeginsWith() {
    assertThat(Glob.of("user:\\*1?x").prefix()).isEqualTo("user:*1");
  }
}
