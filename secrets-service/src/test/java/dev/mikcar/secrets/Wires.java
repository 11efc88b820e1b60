package dev.mikcar.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the tests of the wire share: requests, fresh names, and the error body of docs/api.md. */
final class Wires {
  private final HttpClient http;

  Wires(HttpClient http) {
    this.http = http;
  }

  /** A name that no other test uses. */
  static String fresh() {
    return "n" + UUID.randomUUID();
  }

  Response get(String nameAndQuery) {
    return http.get("/secrets/secret/" + nameAndQuery);
  }

  Response post(String path, String json) {
    return http.with("Content-Type", "application/json").post("/secrets/" + path, json);
  }

  Response put(String nameAndQuery, String json) {
    return http.with("Content-Type", "application/json")
        .put("/secrets/secret/" + nameAndQuery, json);
  }

  Response delete(String name) {
    return http.delete("/secrets/secret/" + name);
  }

  /** Makes a secret; returns its version. */
  String created(String name, String value) {
    Response answer = post("secret/" + name, "{\"value\":\"" + value + "\"}");
    assertThat(answer.status()).as("%s", answer).isEqualTo(201);
    return field(answer, "version");
  }

  /** Writes a version; returns it. */
  String updated(String name, String value) {
    Response answer = put(name, "{\"value\":\"" + value + "\"}");
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    return field(answer, "version");
  }

  /** A string of an answer that is a flat object. */
  static String field(Response answer, String name) {
    Matcher m = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(answer.text());
    assertThat(m.find()).as("%s in %s", name, answer).isTrue();
    return m.group(1);
  }

  /** The whole shape of an error, which nobody may store either. */
  static void checkError(Response answer, int status, String code) {
    ApiError.check(answer, status, code);
    assertThat(answer.header("Cache-Control")).contains("no-store");
  }

  /** The headers that a request sends besides. */
  Response send(String method, String path, Map<String, String> headers) {
    return http.send(method, path, headers);
  }
}
