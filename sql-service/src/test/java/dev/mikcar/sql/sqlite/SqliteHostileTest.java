package dev.mikcar.sql.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Param;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.Statement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements of somebody who wants the process, not the data. */
class SqliteHostileTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Modules of virtual tables, each looked at: they reach nothing but the database. */
  private static final Set<String> MODULES =
      Set.of(
          "dbstat",
          "fts3",
          "fts3tokenize",
          "fts4",
          "fts4aux",
          "fts5",
          "fts5vocab",
          "json_each",
          "json_tree",
          "rtree",
          "rtree_i32");

  /** Functions that SQLite does not bring, each looked at. */
  private static final Set<String> FUNCTIONS =
      Set.of(
          "atn2",
          "bm25",
          "cot",
          "coth",
          "fts5",
          "fts5_get_locale",
          "fts5_insttoken",
          "fts5_locale",
          "fts5_source_id",
          "highlight",
          "match",
          "matchinfo",
          "offsets",
          "optimize",
          "rtreecheck",
          "rtreedepth",
          "rtreenode",
          "snippet",
          "square",
          "stdev",
          "variance");

  @TempDir private Path folder;
  private SqlDatabase database;

  @BeforeEach
  void openDatabase() {
    database = SqliteDatabase.inFile(file(), 2, Duration.ofSeconds(5));
  }

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  private Path file() {
    return folder.resolve("sql.db");
  }

  private Result run(String sql, Param... params) {
    return database
        .run(new Statement(sql, List.of(params)), Options.internal(Duration.ofSeconds(20)))
        .await()
        .atMost(LIMIT);
  }

  private static Param[] tokenizer() {
    return new Param[] {
      new Param.Text("evil"), new Param.Bytes("AAAAAAAA".getBytes(StandardCharsets.US_ASCII))
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT fts3_tokenizer($1, $2)",
        "SELECT FTS3_Tokenizer($1, $2)",
        "SELECT \"fts3_tokenizer\"($1, $2)",
        "SELECT [fts3_tokenizer] ($1, $2)",
        "SELECT `fts3_tokenizer`/**/($1, $2)",
        "INSERT INTO r SELECT fts3_tokenizer($1, $2)",
        "INSERT INTO r VALUES (fts3_tokenizer($1, $2)) RETURNING *",
        "UPDATE r SET x = fts3_tokenizer($1, $2)",
        "DELETE FROM r WHERE fts3_tokenizer($1, $2) IS NOT NULL",
        "WITH a(b, c) AS (VALUES ($1, $2)) SELECT fts3_tokenizer(b, c) FROM a",
        "SELECT hex(fts3_tokenizer('simple')), $1, $2",
        "SELECT hex(fts3_tokenizer($1)), $2",
        "SELECT fts3_tokenizer('simple', $2), $1",
        "SELECT load_extension($1), $2",
        "SELECT load_extension($1, 'entry'), $2",
        "SELECT \"load_extension\"($1, 'entry'), $2",
        "SELECT sqlite_log(1, $1), $2",
        "SELECT replicate('x', 4294967296), $1, $2",
        "SELECT \"REPLICATE\"('x', 4294967296), $1, $2",
        "SELECT padl('x', 2000000000), $1, $2",
        "SELECT strfilter(strfilter('x', ''), reverse('x')), $1, $2",
        "SELECT median(x), $1, $2 FROM r",
        "SELECT mode(x), $1, $2 FROM r"
      })
  void aFunctionOfNativeCodeIsRefusedHoweverItIsWritten(String sql) {
    run("CREATE TABLE r (x)");
    run("INSERT INTO r VALUES (1)");

    assertThatThrownBy(() -> run(sql, tokenizer())).hasMessageContaining("is not taken");

    assertThatThrownBy(() -> run("CREATE VIRTUAL TABLE z USING fts3(c, tokenize=evil)"))
        .hasMessageContaining("unknown tokenizer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE VIEW h AS SELECT hex(fts3_tokenizer('simple')) AS x",
        "CREATE VIEW h AS SELECT load_extension('x') AS x",
        "CREATE TABLE h (a, x AS (hex(fts3_tokenizer('simple'))))",
        "CREATE TABLE h (x DEFAULT (fts3_tokenizer('simple')), a)",
        "CREATE TABLE h (x CHECK (fts3_tokenizer('simple') IS NULL), a)",
        "CREATE TRIGGER g AFTER INSERT ON r BEGIN SELECT fts3_tokenizer('simple'); END",
        "CREATE INDEX i ON r (fts3_tokenizer(x))"
      })
  void norIsItReachedThroughASchemaThatWasWrittenBefore(String schema) throws SQLException {
    // Given: written by another program, with nothing refused
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        java.sql.Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE r (x)");
      try {
        statement.execute(schema);
      } catch (SQLException e) {
        return; // Not even SQLite itself takes it.
      }
    }

    // When
    List<String> seen = new ArrayList<>();
    for (String sql :
        List.of(
            "SELECT x FROM h", "INSERT INTO h (a) VALUES (1)", "INSERT INTO r VALUES ('simple')")) {
      try {
        run(sql).rows().forEach(row -> seen.add(String.valueOf(row.getFirst())));
      } catch (ApiException e) {
        // Refused, or there is no such table in this case.
      }
    }

    // Then
    assertThat(seen).isEmpty();
  }

  @Test
  void aChangeOfTheEncodingDoesNotBringItBack() {
    run("PRAGMA encoding = 'UTF-16'");

    assertThatThrownBy(() -> run("SELECT fts3_tokenizer($1, $2)", tokenizer()))
        .hasMessageContaining("is not taken");
  }

  @Test
  void fullTextSearchGoesOn() {
    run("CREATE VIRTUAL TABLE f USING fts4(c, tokenize=porter)");
    run("INSERT INTO f VALUES ('running dogs')");

    assertThat(run("SELECT c FROM f WHERE c MATCH 'run'").rows())
        .containsExactly(List.of(new Cell.Text("running dogs")));
  }

  /** Who takes a newer driver looks at what it brings, and adds it here. */
  @Test
  void theDriverHasNoModuleThatNobodyLookedAt() {
    Set<String> modules = new TreeSet<>();
    run("PRAGMA module_list").rows().forEach(row -> modules.add(((Cell.Text) row.get(0)).value()));

    modules.removeIf(name -> name.startsWith("pragma_"));

    assertThat(MODULES).containsAll(modules);
  }

  /** As above. Those that SQLite itself brings were looked at, too, and compute a value only. */
  @Test
  void theDriverHasNoFunctionThatNobodyLookedAt() {
    Set<String> functions = new TreeSet<>();
    run("SELECT name FROM pragma_function_list WHERE NOT builtin")
        .rows()
        .forEach(row -> functions.add(((Cell.Text) row.get(0)).value()));

    functions.removeIf(name -> isRefused(name));

    assertThat(FUNCTIONS).containsAll(functions);
  }

  private boolean isRefused(String function) {
    return List.of("", "1", "1, 1", "1, 1, 1").stream()
        .anyMatch(
            arguments -> {
              try {
                run("SELECT " + function + "(" + arguments + ")");
                return false;
              } catch (ApiException e) {
                return String.valueOf(e.getMessage()).contains("is not taken");
              }
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ATTACH ':memory:' AS x",
        "VACUUM INTO 'copy.db'",
        "EXPLAIN PRAGMA query_only = OFF",
        "EXPLAIN PRAGMA writable_schema = ON",
        "PRAGMA temp_store_directory = '/'",
        "PRAGMA main.journal_mode = OFF"
      })
  void whatReachesBeyondTheDatabaseIsForbidden(String sql) {
    assertThatThrownBy(() -> run(sql)).isInstanceOf(ApiException.Forbidden.class);
    assertThat(folder.resolve("copy.db")).doesNotExist();
  }

  @Test
  void commandsOfTheDriverAreNoStatements() {
    Path copy = folder.resolve("copy.db");

    assertThatThrownBy(() -> run("backup to '" + copy + "'")).hasMessageContaining("syntax error");
    assertThatThrownBy(() -> run("restore from '" + copy + "'"))
        .hasMessageContaining("syntax error");

    assertThat(Files.exists(copy)).isFalse();
  }

  @Test
  void vacuumWorks() {
    run("CREATE TABLE r (x)");

    assertThat(run("VACUUM").rows()).isEmpty();
    assertThatThrownBy(() -> run("SELECT writefile('a', 'b')"))
        .hasMessageContaining("no such function");
  }

  /** As many as pass the guard: what is deeper ends a thread of a usual stack, and the process. */
  @ParameterizedTest
  @ValueSource(strings = {"from", "with", "chain", "join", "expression"})
  void whatIsAsDeepAsItMayBeDoesNotEndTheProcess(String form) {
    int n = 490;
    StringBuilder chain = new StringBuilder("WITH a0 AS (SELECT 1 AS x)");
    for (int i = 1; i < n; i++) {
      chain.append(", a%d AS (SELECT * FROM a%d)".formatted(i, i - 1));
    }
    String sql =
        switch (form) {
          case "from" -> "SELECT * FROM (".repeat(n) + "SELECT 1" + ")".repeat(n);
          case "with" -> "WITH a AS (".repeat(n) + "SELECT 1" + ") SELECT * FROM a".repeat(n);
          case "chain" -> chain + " SELECT * FROM a" + (n - 1);
          case "join" ->
              "SELECT 1 FROM " + "(".repeat(n) + "SELECT 1" + ") JOIN (SELECT 1)".repeat(n);
          default -> ("SELECT " + "- ".repeat(900) + "(").repeat(n) + "SELECT 1" + ")".repeat(n);
        };

    try {
      run(sql);
    } catch (ApiException e) {
      assertThat(e.status()).isEqualTo(400);
    }

    assertThat(run("SELECT 1").rows()).hasSize(1);
  }

  @Test
  void viewsThatLeadToEachOtherDoNotEndTheProcess() {
    // Given
    run("CREATE VIEW v0 AS SELECT 1 AS x");
    List<Statement> views = new ArrayList<>();
    for (int i = 1; i <= 6000; i++) {
      views.add(
          new Statement("CREATE VIEW v%d AS SELECT * FROM v%d".formatted(i, i - 1), List.of()));
    }

    // When, then
    assertThatThrownBy(
            () ->
                database
                    .transaction(
                        Options.internal(Duration.ofSeconds(60)), session -> session.runAll(views))
                    .await()
                    .atMost(Duration.ofSeconds(90)))
        .hasMessageContaining("too many views");
    assertThat(run("SELECT x FROM v0").rows()).hasSize(1);
  }
}
