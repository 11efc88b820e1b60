package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.util.UUID;

/** What the tests of the wire share: a client, fresh tables, and the usual requests. */
abstract class WireContract {
  /** The process under test. */
  abstract SidecarProcess sidecar();

  /** Whether the backend is PostgreSQL rather than SQLite. */
  boolean isPostgres() {
    return sidecar().client().get("/health/ready").text().contains("\"postgres\"");
  }

  HttpClient http() {
    return sidecar().client();
  }

  /** A table name that no other test uses. */
  static String fresh() {
    return "t" + UUID.randomUUID().toString().replace("-", "");
  }

  HttpClient json() {
    return http().with("Content-Type", "application/json");
  }

  Response query(String body) {
    return json().post("/sql/query", body);
  }

  Response execute(String body) {
    return json().post("/sql/execute", body);
  }

  /** A statement of a test's preparation, which has to succeed. */
  void given(String sql) {
    Response answer = execute("{\"sql\":" + quoted(sql) + "}");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  /** The JSON rows of a statement, which has to succeed. */
  String rows(String sql) {
    Response answer = query("{\"sql\":" + quoted(sql) + "}");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.text().replaceFirst("^\\{\"rows\":", "").replaceFirst(",\"row_count\":.*$", "");
  }

  Response script(String script) {
    return json().post("/sql/script", "{\"script\":" + quoted(script) + "}");
  }

  static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t")
        + '"';
  }

  static void assertError(Response answer, int status, String code) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).contains("application/json");
    assertThat(answer.text())
        .startsWith("{\"error\":\"")
        .contains("\",\"code\":\"" + code + "\",\"status\":" + status + ",\"trace_id\":\"");
  }
}
