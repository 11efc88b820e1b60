package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bodies that are broken, cut, mixed up or hostile: whatever they are, none is a 500. */
class FuzzIT {
  private static final int ROUNDS = 1500;
  private static final List<String> ROUTES = List.of("query", "execute", "batch", "script");
  private static final List<String> PIECES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1e400",
          "1e-400",
          "123456789012345678901234567890.1",
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"$1\"",
          "\"SELECT $1\"",
          "\"SELECT $1::int\"",
          "\"SELECT $99999999\"",
          "\"SELECT $0\"",
          "\"SELECT '\"",
          "\"SELECT /* \"",
          "\"WITH x AS (\"",
          "\"return 1\"",
          "\"sql.query(1, 2)\"",
          "\"sql.query({}, {})\"",
          "\"sql.execute('SELECT $1', [[[]]])\"",
          "\"sql.execute('SELECT $1', [{$bytes: 5}])\"",
          "\"throw null\"",
          "\"throw {toString() { throw 1 }}\"",
          "\"({toJSON() { throw new Error('x') }})\"",
          "[]",
          "[[]]",
          "[null]",
          "[1,\"a\",{}]",
          "{}",
          "{\"sql\":\"SELECT 1\"}",
          "{\"$bytes\":1}",
          "{\"$bytes\":\"AA==\"}");
  private static final List<String> FIELDS =
      List.of(
          "sql",
          "params",
          "statements",
          "script",
          "input",
          "timeout_ms",
          "max_rows",
          "read_only",
          "isolation",
          "fields",
          "row_mode",
          "x");

  @Test
  void noBodyIsAServerErrorOnPostgres() {
    try (PostgresServer server = PostgresServer.start();
        SidecarProcess process =
            SidecarProcess.builder().env("DATABASE_URL", server.url()).start().awaitReady()) {
      fuzz(process.client());
      assertThat(process.log()).doesNotContain("ERROR [");
    }
  }

  @Test
  void noBodyIsAServerErrorOnSqlite() {
    try (SidecarProcess process = SidecarProcess.builder().start().awaitReady()) {
      fuzz(process.client());
      assertThat(process.log()).doesNotContain("ERROR [");
    }
  }

  private static void fuzz(HttpClient http) {
    Random random = new Random(42);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] body = body(random);
      String route = ROUTES.get(random.nextInt(ROUTES.size()));

      Response answer =
          http.send("POST", "/sql/" + route, Map.of("Content-Type", "application/json"), body);

      assertThat(answer.status())
          .as("%s of %s: %s", route, new String(body, StandardCharsets.UTF_8), answer.text())
          .isIn(200, 400, 403, 409, 413);
    }
    assertThat(
            http.with("Content-Type", "application/json")
                .post("/sql/query", "{\"sql\":\"SELECT 1 AS a\"}")
                .status())
        .isEqualTo(200);
  }

  private static byte[] body(Random random) {
    StringBuilder json = new StringBuilder("{");
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      json.append(i == 0 ? "" : ",").append('"');
      json.append(FIELDS.get(random.nextInt(FIELDS.size()))).append("\":");
      json.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    byte[] bytes = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(4) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }
}
