package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts: their forms, their results, their transaction, their sandbox. */
abstract class ScriptContract extends WireContract {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "export default function (input) { return input.a + 1 }",
        "export default async function (input) { return input.a + 1 }",
        "export default async (input) => input.a + 1",
        "// first\nexport default (input) => input.a + 1",
        "const b = input.a;\nreturn b + 1;",
        "const b = await Promise.resolve(input.a); return b + 1;",
        "input.a + 1",
        "(input) => input.a + 1",
        "async ({a}) => a + 1"
      })
  void everyFormOfAScriptRuns(String script) {
    Response answer =
        json().post("/sql/script", "{\"script\":" + quoted(script) + ",\"input\":{\"a\":41}}");

    assertThat(answer.text()).isEqualTo("{\"result\":42,\"queries_executed\":0}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          null                         | null
          undefined                    | null
          [1, undefined, () => 1]      | [1,null,null]
          ({a: undefined, b: {c: [1]}})| {"b":{"c":[1]}}
          new Date(0)                  | "1970-01-01T00:00:00.000Z"
          typeof BigInt                | "undefined"
          ('ΟΔΟΣ x').repeat(2000).toLowerCase() === 'οδος x'.repeat(2000) | true
          Array.from({length: 2000}, (_, i) => i).length | 2000
          Array.from(new Set([1, 2])).concat([3]).sort((a, b) => b - a) | [3,2,1]
          ('a-b').split('-').map((s) => s.toUpperCase()).join() | "A,B"
          ('aab').replaceAll('a', 'c').indexOf('b') | 2
          /a(b)/.exec('ab') instanceof Array && new RegExp('a') instanceof RegExp | true
          [].slice.call({length: 1, 0: 5}) | [5]
          0.1                          | 0.1
          NaN                          | null
          "ü€😀"                       | "ü€😀"
          typeof input                 | "object"
          """)
  void resultsArePlainJson(String script, String json) {
    assertThat(script(script).text()).isEqualTo("{\"result\":" + json + ",\"queries_executed\":0}");
  }

  @Test
  void aCycleIsAClearError() {
    Response answer = script("const a = {}; a.a = a; return a");

    assertError(answer, 400, "SCRIPT_ERROR");
    assertThat(answer.text()).containsIgnoringCase("circular");
  }

  @Test
  void statementsRunInOneTransaction() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int PRIMARY KEY, n int)");

    Response answer =
        script(
            "const a = sql.execute('INSERT INTO %1$s VALUES ($1, $2)', [1, 5]);\n".formatted(t)
                + "const r = sql.query('SELECT n FROM %1$s WHERE id = $1', [1]);\n".formatted(t)
                + "return {a, n: r[0].n, rows: r.length}");

    assertThat(answer.text())
        .isEqualTo("{\"result\":{\"a\":1,\"n\":5,\"rows\":1},\"queries_executed\":2}");
    assertThat(rows("SELECT n FROM " + t)).isEqualTo("[{\"n\":5}]");
  }

  @Test
  void aThrowRollsBackAndNamesItsLine() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int)");

    Response answer =
        script("sql.execute('INSERT INTO " + t + " VALUES (1)');\n\nthrow new Error('no luck');");

    assertError(answer, 400, "SCRIPT_ERROR");
    assertThat(answer.text()).contains("no luck", "\"line\":3");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":0}]");
  }

  @Test
  void aFailedStatementRollsBackEvenWhenItIsCaught() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int PRIMARY KEY)");

    Response answer =
        script(
            "sql.execute('INSERT INTO %1$s VALUES (1)');".formatted(t)
                + "try { sql.execute('INSERT INTO %1$s VALUES (1)') } catch (e) {}".formatted(t)
                + "return 'fine'");

    assertError(answer, 409, "CONSTRAINT_VIOLATION");
    assertThat(rows("SELECT count(*) AS c FROM " + t)).isEqualTo("[{\"c\":0}]");
  }

  @Test
  void aReadOnlyScriptCannotWrite() {
    String t = fresh();
    given("CREATE TABLE " + t + " (id int)");

    Response answer =
        json()
            .post(
                "/sql/script",
                "{\"script\":\"sql.execute('INSERT INTO "
                    + t
                    + " VALUES (1)')\",\"read_only\":true}");

    assertError(answer, 403, "FORBIDDEN");
  }

  @ParameterizedTest
  @CsvSource({"const a = 1;\\nreturn a +;, 2", "x.y, 1", "\\n\\nreturn undefinedName, 3"})
  void anErrorNamesItsLine(String script, int line) {
    Response answer = json().post("/sql/script", "{\"script\":\"" + script + "\"}");

    assertError(answer, 400, "SCRIPT_ERROR");
    assertThat(answer.text()).contains("\"line\":" + line);
  }

  @Test
  void aPromiseThatNobodySettlesIsAnError() {
    assertError(script("return new Promise(() => {})"), 400, "SCRIPT_ERROR");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "typeof Java",
        "typeof Polyglot",
        "typeof load",
        "typeof Graal",
        "typeof Packages",
        "typeof print",
        "typeof process",
        "typeof require",
        "typeof fetch",
        "typeof WebAssembly",
        "typeof SharedArrayBuffer",
        "typeof ArrayBuffer",
        "typeof sql.query('SELECT 1 AS a').getClass"
      })
  void thereIsNoWayOut(String script) {
    assertThat(script(script).text())
        .isEqualTo(
            "{\"result\":\"undefined\",\"queries_executed\":"
                + (script.contains("SELECT") ? 1 : 0)
                + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "import('fs')",
        "import('/etc/passwd')",
        "import('file:///etc/passwd')",
        "import('https://example.org/x.js')"
      })
  void nothingCanBeImported(String script) {
    assertError(script(script), 400, "SCRIPT_ERROR");
  }

  @Test
  void scriptsDoNotSeeEachOther() {
    Response polluted =
        script("Object.prototype.x = 1; Array.prototype.map = null; globalThis.y = 1; return 1");

    Response answer = script("[({}).x, typeof [].map, typeof y]");

    assertThat(polluted.status()).isEqualTo(200);
    assertThat(answer.text()).startsWith("{\"result\":[null,\"function\",\"undefined\"]");
  }

  @Test
  void whatAScriptChangesDoesNotChangeWhatRunsIt() {
    Response answer =
        script(
            "JSON.stringify = () => 'x'; JSON.parse = () => 'x'; Promise.prototype.then = null;"
                + "return sql.query('SELECT $1 AS a', ['v'])[0].a");

    assertThat(answer.status()).as(answer.toString()).isIn(200, 400);
  }

  @Test
  void aScriptThatIsMissingIsSaid() {
    assertError(json().post("/sql/script", "{}"), 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "// export default here\nreturn 42",
        "/* export default (input) => 1 */ 42",
        "const a = ' export default '; return a.length + 26",
        "// export default 1\nexport default () => 42 // export default"
      })
  void anExportInACommentIsNone(String script) {
    assertThat(script(script).text()).isEqualTo("{\"result\":42,\"queries_executed\":0}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(function () {}).constructor('return typeof Java')()",
        "Object.getPrototypeOf(async function () {}).constructor('return typeof Java')()",
        "typeof sql.query.constructor('return this')().Java",
        "(0, eval)('typeof Java')",
        "new Function('return 1')()",
        "eval('1')"
      })
  void noTextBecomesAScript(String script) {
    assertError(script(script), 400, "SCRIPT_ERROR");
  }
}
