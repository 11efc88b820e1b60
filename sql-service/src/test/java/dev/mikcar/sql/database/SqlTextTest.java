package dev.mikcar.sql.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          select 1 | SELECT
           /* x */ -- y | ``
          ((SELECT 1)) | SELECT
          /* a */Drop table x | DROP
          ; begin | BEGIN
          """)
  void theKindIsTheFirstWord(String sql, String kind) {
    assertThat(SqlText.words(sql).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SELECT a FROM b WHERE c | b
          insert into "x y"."z" values (1) | "x y"."z"
          UPDATE ONLY t SET a = 1 | t
          DROP TABLE IF EXISTS s.t | s.t
          SELECT 1 | -
          """)
  void theTableIsTheFirstNamed(String sql, String table) {
    assertThat(SqlText.words(sql).table()).isEqualTo(table);
  }

  @Test
  void placeholdersAreReplacedWhereTheyAreSome() {
    String sql = "SELECT $1, '$2', \"$3\", `$4`, [$5], a$6, $12 -- $7\n/* $8 */ , $1";

    assertThat(SqlText.replacePlaceholders(sql, n -> "?" + n))
        .isEqualTo("SELECT ?1, '$2', \"$3\", `$4`, [$5], a$6, ?12 -- $7\n/* $8 */ , ?1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/* /* */ SELECT */ COMMIT",
        "/* /* */ COMMIT",
        "--\rCOMMIT AND --\n CHAIN",
        "/**//*/*/SELECT 1"
      })
  void aCommentThatDatabasesReadDifferentlyIsRefused(String sql) {
    assertThatThrownBy(() -> SqlText.checkedKind(sql))
        .isInstanceOf(ApiException.BadRequest.class)
        .hasMessageContaining("comment");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/* a *//* b */ SELECT 1", "-- a\r\n-- b\nSELECT 1", "SELECT 1 /* /* */ */"})
  void otherCommentsAreNot(String sql) {
    assertThat(SqlText.checkedKind(sql)).isEqualTo("SELECT");
  }
}
