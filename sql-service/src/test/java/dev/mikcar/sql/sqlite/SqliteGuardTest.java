package dev.mikcar.sql.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteGuardTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA query_only = OFF",
        "PRAGMA/*PRAGMA user_version*/query_only = OFF",
        "PRAGMA -- user_version\n query_only = OFF",
        "PRAGMA main.query_only = OFF",
        "PRAGMA user_version.query_only = OFF",
        "PRAGMA user_version.\"query_only\" = OFF",
        "PRAGMA \"query_only\" = OFF",
        "pragma writable_schema = ON",
        "PRAGMA journal_mode = DELETE",
        "ATTACH 'x' AS y",
        "/* x */ attach 'x' as y",
        "DETACH y",
        "VACUUM INTO 'x'"
      })
  void whatReachesBeyondTheDatabaseIsForbidden(String sql) {
    assertThatThrownBy(() -> SqliteGuard.check(sql)).isInstanceOf(ApiException.Forbidden.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA user_version",
        "pragma main.user_version = 3;",
        "PRAGMA table_info('t')",
        "/* x */ PRAGMA integrity_check(10)"
      })
  void whatTellsSomethingIsNot(String sql) {
    assertThat(SqliteGuard.check(sql)).isEqualTo("PRAGMA");
  }
}
