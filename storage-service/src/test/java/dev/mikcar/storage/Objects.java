package dev.mikcar.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** What the tests of the wire share. */
final class Objects {
  private Objects() {}

  /** The route of an object whose path may have any character. */
  static String route(String path) {
    return "/storage/object/"
        + URLEncoder.encode(path, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }

  static Response put(HttpClient http, String path, String content, String... headers) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return http.send("PUT", route(path), all, content.getBytes(StandardCharsets.UTF_8));
  }

  static Response get(HttpClient http, String path, String... headers) {
    HttpClient client = http;
    for (int i = 0; i < headers.length; i += 2) {
      client = client.with(headers[i], headers[i + 1]);
    }
    return client.get(route(path));
  }

  static Response json(HttpClient http, String route, String body) {
    return http.with("Content-Type", "application/json").post(route, body);
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  /** The error body of docs/api.md. */
  static void assertError(Response answer, int status, String code) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(status);
    assertThat(answer.header("Content-Type")).contains("application/json");
    assertThat(answer.text())
        .contains("\"code\":\"" + code + "\"", "\"status\":" + status, "\"trace_id\":\"");
  }
}
