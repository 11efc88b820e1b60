package dev.mikcar.sql.database;

import static org.assertj.core.api.Assertions.assertThat;

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
  @ValueSource(strings = {"SELECT 1;", "SELECT ';'", "SELECT 1; -- x", "SELECT 1 /* ; */ ; ;"})
  void oneStatementIsOne(String sql) {
    assertThat(SqlText.hasSecondStatement(sql)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1; SELECT 2", "SELECT 1;/**/DROP TABLE t", "a;'b'"})
  void twoStatementsAreTwo(String sql) {
    assertThat(SqlText.hasSecondStatement(sql)).isTrue();
  }
}
