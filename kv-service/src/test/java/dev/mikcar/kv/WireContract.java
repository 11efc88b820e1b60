package dev.mikcar.kv;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** What the tests of the wire share: a client, fresh keys, and the usual requests. */
abstract class WireContract {
  static final Duration SOON = Duration.ofSeconds(10);

  /** The client of the process under test. */
  abstract HttpClient http();

  /** A key that no other test uses. */
  static String fresh() {
    return "k" + UUID.randomUUID();
  }

  Response set(String keyAndQuery, String value) {
    return http().put("/kv/set/" + keyAndQuery, value);
  }

  Response setIf(String header, String tags, String key, String value) {
    return http()
        .send(
            "PUT", "/kv/set/" + key, Map.of(header, tags), value.getBytes(StandardCharsets.UTF_8));
  }

  Response get(String key) {
    return http().get("/kv/get/" + key);
  }

  Response postJson(String path, String json) {
    return http().with("Content-Type", "application/json").post(path, json);
  }

  String etag(String key) {
    return get(key).header("ETag").orElseThrow();
  }

  /** JSON may write a character beyond U+FFFF as two escapes; this is how it is compared. */
  static String unescaped(Response answer) {
    return Pattern.compile("\\\\u([dD][89a-fA-F][0-9a-fA-F]{2})")
        .matcher(answer.text())
        .replaceAll(m -> Character.toString(Integer.parseInt(m.group(1), 16)));
  }

  /** The number in {@code {"ttl":n}}. */
  long ttl(String key) {
    return Long.parseLong(http().get("/kv/ttl/" + key).text().replaceAll("[^-0-9]", ""));
  }

  /** A key whose time to live is over. */
  String expired() {
    String key = fresh();
    Response _ = set(key + "?px=1", "old");
    Await.until("the key is gone", SOON, () -> get(key).status() == 404);
    return key;
  }
}
