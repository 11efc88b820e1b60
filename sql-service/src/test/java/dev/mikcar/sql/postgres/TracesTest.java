package dev.mikcar.sql.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET a = 1",
        "/* x */ set role x",
        "DO $$ BEGIN END $$",
        "CALL p()",
        "SELECT set_config('a', 'b', false)",
        "SELECT set_config('a', $1, $2)",
        "SELECT pg_try_advisory_lock(1)",
        "CREATE --x\n LOCAL/**/TEMPORARY TABLE t (a int)",
        "create or replace temp view v as select 1",
        "SELECT 1 INTO TEMP t",
        "INSERT INTO pg_temp.t VALUES (1)"
      })
  void thereAreTraces(String sql) {
    assertThat(Traces.leaves(sql)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT temp FROM weather",
        "INSERT INTO weather (temp) VALUES (1)",
        "INSERT INTO temps VALUES (1)",
        "CREATE TABLE temperatures (a int)",
        "SET LOCAL a = 1",
        "SET TRANSACTION READ ONLY",
        "SELECT set_config('a', $1, true)",
        "SELECT pg_advisory_xact_lock(1)",
        "UPDATE a SET b = 1"
      })
  void thereAreNone(String sql) {
    assertThat(Traces.leaves(sql)).isFalse();
  }

  /** Long texts between words end no thread's stack. */
  @ParameterizedTest
  @ValueSource(strings = {" ", "/* x */", "-- x\n", "x, "})
  void longTextsAreRead(String part) {
    assertThat(Traces.leaves("CREATE" + part.repeat(100_000) + "TABLE t (a int)")).isFalse();
    assertThat(Traces.leaves("SELECT set_config(" + part.repeat(100_000) + ")")).isTrue();
  }
}
