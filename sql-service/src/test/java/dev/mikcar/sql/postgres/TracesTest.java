package dev.mikcar.sql.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE temperatures (a int)",
        "/* x */ alter table t add b int",
        "DROP TABLE t"
      })
  void tablesAreAltered(String sql) {
    assertThat(Traces.altersTables(sql)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "CREATE --x\n LOCAL/**/TEMPORARY TABLE t (a int)",
        "create or replace temp view v as select 1",
        "CREATE TABLE pg_temp.t (a int)"
      })
  void tablesOfOthersAreNot(String sql) {
    assertThat(Traces.altersTables(sql)).isFalse();
  }

  /** Long texts between words end no thread's stack. */
  @ParameterizedTest
  @ValueSource(strings = {" ", "/* x */", "-- x\n", "x, "})
  void longTextsAreRead(String part) {
    assertThat(Traces.altersTables("CREATE" + part.repeat(100_000) + "TABLE t (a int)")).isTrue();
  }
}
