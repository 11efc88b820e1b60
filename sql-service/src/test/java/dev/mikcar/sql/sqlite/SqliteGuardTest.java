package dev.mikcar.sql.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import org.junit.jupiter.api.Test;
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
        "EXPLAIN PRAGMA query_only = OFF",
        "EXPLAIN QUERY PLAN PRAGMA writable_schema = ON",
        "explain/**/ query plan -- x\n pragma foreign_keys = OFF",
        "; EXPLAIN ATTACH 'x' AS y",
        "VACUUM INTO 'x'",
        "VACUUM main/**/INTO 'x'"
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1;",
        "SELECT ';'",
        "SELECT 1; -- x",
        "SELECT 1 /* ; */ ; ;",
        "SELECT [;], `;`, \";\", 'a'';b'",
        "CREATE TRIGGER a INSERT ON b BEGIN SELECT 1; SELECT 2; END; -- x",
        "create temp trigger a insert on b begin select case when 1 then 2 end; end",
        "CREATE TABLE a (\"end\" int)"
      })
  void oneStatementIsOne(String sql) {
    assertThat(SqliteGuard.check(sql)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1; SELECT 2",
        "SELECT 1;/**/DROP TABLE t",
        "a;'b'",
        "SELECT $a(');DELETE/**/FROM/**/t--'",
        "CREATE TABLE a (b); CREATE TABLE c (d)",
        "CREATE TRIGGER a INSERT ON b BEGIN SELECT 1; END; DROP TABLE b",
        "CREATE TRIGGER a INSERT ON b BEGIN SELECT 1; END; DELETE FROM b -- END",
        "CREATE TRIGGER a INSERT ON b BEGIN SELECT 1; END; SELECT CASE WHEN 1 THEN 2 END",
        "EXPLAIN CREATE TRIGGER a INSERT ON b BEGIN SELECT 1; END; DROP TABLE b"
      })
  void twoStatementsAreTwo(String sql) {
    assertThatThrownBy(() -> SqliteGuard.check(sql)).isInstanceOf(ApiException.BadRequest.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WITH %s SELECT * FROM a20",
        "SELECT abs((WITH %s SELECT x FROM a20))",
        "CREATE VIEW v AS WITH %s SELECT * FROM a20",
        "WITH b(y) AS (WITH %s SELECT * FROM a20) SELECT * FROM b",
      })
  void whatIsWrittenOutAMillionTimesIsRefused(String sql) {
    StringBuilder expressions = new StringBuilder("a0 AS (SELECT 1 AS x)");
    for (int i = 1; i <= 20; i++) {
      String before = "a" + (i - 1);
      String from = i % 2 == 0 ? before + " p JOIN " + before : before + ", [" + before + "] q";
      expressions.append(", a%d(x) AS NOT MATERIALIZED (SELECT 1 FROM %s)".formatted(i, from));
    }

    assertThatThrownBy(() -> SqliteGuard.check(sql.formatted(expressions)))
        .hasMessageContaining("too many selects");
  }

  @Test
  void commonExpressionsThatNameEachOtherAsPeopleDoAreNot() {
    StringBuilder sql = new StringBuilder("WITH a0 AS (SELECT 1 AS x, 2 AS y)");
    for (int i = 1; i <= 30; i++) {
      sql.append(", a%d AS (SELECT a%d.x, a%d.y FROM a%d)".formatted(i, i - 1, i - 1, i - 1));
    }

    assertThat(SqliteGuard.check(sql + " SELECT a30.x, a29.y FROM a30 JOIN a29")).isEqualTo("WITH");
  }

  @ParameterizedTest
  @ValueSource(ints = {2_000, 30_000})
  void whatIsTooDeepIsRefused(int levels) {
    String nested = "SELECT * FROM (".repeat(levels) + "SELECT 1" + ")".repeat(levels);

    assertThatThrownBy(() -> SqliteGuard.check(nested)).hasMessageContaining("too many selects");
  }
}
