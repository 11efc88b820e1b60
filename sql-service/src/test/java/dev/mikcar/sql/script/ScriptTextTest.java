package dev.mikcar.sql.script;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "return /%s/.test('x')",
        "if (a) /%s/.test('x')",
        "a = /[/]%s/",
        "a = /\\/%s/",
        "a = /[\\]/]%s[/]/",
        "a = 1 / 2; b = /%s/"
      })
  void aLongRegularExpressionIsRefused(String script) {
    String line = script.formatted("(a|b)*".repeat(700));

    assertThatThrownBy(() -> ScriptText.check("// first\n" + line))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("line 2");
    ScriptText.check(script.formatted("(a|b)*".repeat(100)));
  }

  @Test
  void longTextsAreNone() {
    String text = "x".repeat(5000);

    ScriptText.check("const a = '" + text + "'");
    ScriptText.check("// " + text.substring(0, 1000) + "\n\"" + text + "\"");
    ScriptText.check("a / b + [c / d] \n".repeat(5000));
  }

  /** The parser copies the line for each of its errors. */
  @Test
  void manyErrorsInALongLineAreRefused() {
    assertThatThrownBy(() -> ScriptText.check(";$ {1}".repeat(20_000)))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("too long lines");
  }
}
