package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the routes of all services have in common: their methods, and their queries, read strictly.
 */
class RoutesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static SidecarProcess all;
  private static JsonNode paths;

  @BeforeAll
  static void start() throws IOException {
    all =
        SidecarProcess.builder()
            .args("--all")
            .env("KV_URL", "memory://")
            .env("STORAGE_URL", "memory://")
            .env("DATABASE_URL", "sqlite::memory:")
            .start()
            .awaitReady();
    paths = JSON.readTree(all.client().get("/openapi?format=json").text()).get("paths");
  }

  @AfterAll
  static void stop() {
    all.close();
  }

  /** Each operation of the document, whatever services there are. */
  static List<String> operations() {
    List<String> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
    }
    return operations;
  }

  @ParameterizedTest
  @MethodSource("operations")
  void aParameterThatTheRouteDoesNotHaveIsRefused(String operation) {
    // Given
    String[] parts = operation.split(" ", -1);
    boolean isAnyColumn = operation.equals("GET /sql/tables/{table}");

    // When
    Response answer = all.client().send(parts[0], example(parts[1]) + "?no_such=1&no_such=1");

    // Then
    assertThat(answer.status()).as("%s", answer).isEqualTo(400);
    if (!parts[0].equals("HEAD")) {
      assertThat(answer.text())
          .contains("\"code\":\"BAD_REQUEST\"", isAnyColumn ? "more than once" : "'no_such'");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /kv/set/k?ex=5, 'no parameter \\u0027ex\\u0027; it has keepttl, nx, px, ttl, xx'",
    "PUT, /kv/set/k?tll=5, 'no parameter \\u0027tll\\u0027'",
    "PUT, /kv/set/k?TTL=5, 'no parameter \\u0027TTL\\u0027'",
    "PUT, /kv/set/k?ttl=5&ttl=6, '\\u0027ttl\\u0027 is given more than once'",
    "PUT, /kv/set/k?ttl=5&t%74l=6, '\\u0027ttl\\u0027 is given more than once'",
    "GET, /kv/get/k?ttl=5, 'it has none'",
    "POST, /sql/query?limit=1, 'it has none'",
    "GET, /storage/list?prefix=a, 'it has delimiter, limit, offset'",
    "GET, /sql/tables/t?limit=1&limit=2, '\\u0027limit\\u0027 is given more than once'",
    "GET, /health?verbose, 'it has none'",
    "GET, /metrics?name=x, 'it has none'",
    "GET, /?x=1, 'it has none'",
  })
  void theErrorNamesTheParameter(String method, String path, String sentence) {
    // When
    Response answer = all.client().send(method, path);

    // Then
    assertThat(answer.status()).as("%s", answer).isEqualTo(400);
    assertThat(answer.text()).contains(sentence.replace("\\u0027", "'"));
  }

  @Test
  void whatWasRefusedIsNotDone() {
    // When
    Response refused = all.client().put("/kv/set/refused?tll=5", "x");

    // Then
    assertThat(refused.status()).isEqualTo(400);
    assertThat(all.client().get("/kv/get/refused").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void optionsNamesTheMethodsOfTheDocument(String operation) {
    // Given
    String path = operation.substring(operation.indexOf(' ') + 1);

    // When
    Response answer = all.client().send("OPTIONS", example(path));

    // Then
    assertThat(answer.status()).as("%s", answer).isEqualTo(204);
    assertThat(allowed(answer)).contains("OPTIONS").containsAll(methods(path));
  }

  @ParameterizedTest
  @CsvSource({
    "/, 'GET, HEAD, OPTIONS'",
    "/kv/get/a, 'GET, HEAD, OPTIONS'",
    "/kv/get/batch, 'GET, HEAD, OPTIONS, POST'",
    "/kv/set/a, 'OPTIONS, POST, PUT'",
    "/kv/del/a, 'DELETE, OPTIONS'",
    "/sql/query, 'OPTIONS, POST'",
    "/sql/tables/t/1, 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT'",
    "/storage/object/a, 'DELETE, GET, HEAD, OPTIONS, PUT'",
    "/health/ready, 'GET, HEAD, OPTIONS'",
    "/metrics, 'GET, HEAD, OPTIONS'",
    "/openapi, 'GET, HEAD, OPTIONS'"
  })
  void aMethodThatThePathDoesNotHaveIsAnsweredWithThoseItHas(String path, String methods) {
    // When
    Response options = all.client().send("OPTIONS", path);
    Response trace = all.client().send("TRACE", path);
    Response brew = all.client().send("BREW", path);

    // Then
    assertThat(options.header("Allow")).contains(methods);
    assertThat(trace.status()).isEqualTo(405);
    assertThat(trace.header("Allow")).contains(methods);
    assertThat(brew.status()).isEqualTo(405);
    assertThat(brew.header("Allow")).contains(methods);
  }

  @Test
  void optionsOfWhatIsNotThereIsNotFound() {
    assertThat(all.client().send("OPTIONS", "/kv/nothing/a").status()).isEqualTo(404);
    assertThat(all.client().send("TRACE", "/nothing").status()).isEqualTo(404);
  }

  @Test
  void theRootSaysWhatThisIs() throws IOException {
    // When
    Response answer = all.client().get("/");
    JsonNode overview = JSON.readTree(answer.text());

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(overview.get("about").asText()).startsWith("mikcar");
    assertThat(overview.get("services").findValuesAsText("name"))
        .containsSubsequence("storage", "kv", "sql");
    assertThat(overview.get("services").findValuesAsText("path"))
        .containsSubsequence("/storage", "/kv", "/sql");
    assertThat(overview.at("/links/openapi").asText()).isEqualTo("/openapi");
    for (String link : List.of("openapi", "health", "metrics")) {
      String path = overview.at("/links/" + link).asText();
      assertThat(all.client().get(path).status()).as(path).isEqualTo(200);
    }
  }

  /** A path with names in place of its parameters. */
  private static String example(String template) {
    return template.replaceAll("\\{[^}]*}", "a");
  }

  private static Set<String> methods(String path) {
    Set<String> methods = new TreeSet<>();
    paths
        .get(path)
        .fieldNames()
        .forEachRemaining(method -> methods.add(method.toUpperCase(Locale.ROOT)));
    return methods;
  }

  private static Set<String> allowed(Response answer) {
    return Set.of(answer.header("Allow").orElse("").split(", ", -1));
  }
}
