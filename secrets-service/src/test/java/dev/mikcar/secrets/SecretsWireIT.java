package dev.mikcar.secrets;

import static dev.mikcar.secrets.Wires.checkError;
import static dev.mikcar.secrets.Wires.field;
import static dev.mikcar.secrets.Wires.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The secrets section of docs/api.md against the packaged application, in memory. */
class SecretsWireIT {
  private static SidecarProcess process;
  private Wires wire;

  @BeforeAll
  static void start() {
    process = SidecarProcess.builder().env("SECRETS_URL", "memory://").start().awaitReady();
  }

  @BeforeEach
  void connect() {
    wire = new Wires(process.client());
  }

  @AfterAll
  static void stop() {
    process.close();
  }

  @Test
  void whatIsCreatedIsReadAndThenKept() {
    // Given
    String name = fresh() + "/password";
    Response created =
        wire.post("secret/" + name, "{\"value\":\"s \\u00fc\",\"labels\":{\"team\":\"red\"}}");

    // When
    Response first = wire.get(name);
    Response second = wire.get(name);

    // Then
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.text())
        .isEqualTo("{\"status\":\"created\",\"name\":\"" + name + "\",\"version\":\"1\"}");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.text())
        .startsWith("{\"value\":\"s ü\",\"version\":\"1\",\"created_at\":\"")
        .endsWith("\",\"labels\":{\"team\":\"red\"}}");
    assertThat(Instant.parse(field(first, "updated_at"))).isNotNull();
    assertThat(first.header("Content-Type")).contains("application/json");
    assertThat(first.header("Cache-Control")).contains("no-store");
    assertThat(first.header("X-Cache")).contains("MISS");
    assertThat(first.header("Age")).contains("0");
    assertThat(second.header("X-Cache")).contains("HIT");
    assertThat(second.text()).isEqualTo(first.text());
  }

  @Test
  void aRefreshAsksTheStore() {
    // Given
    String name = fresh();
    wire.created(name, "v");
    Response kept = wire.get(name);

    // When
    Response answer = wire.get(name + "?refresh=true");

    // Then
    assertThat(kept.status()).isEqualTo(200);
    assertThat(answer.header("X-Cache")).contains("MISS");
  }

  @Test
  void whatIsThereIsNotCreatedAgain() {
    // Given
    String name = fresh();
    wire.created(name, "first");

    // When
    Response answer = wire.post("secret/" + name, "{\"value\":\"second\"}");

    // Then
    checkError(answer, 409, "CONFLICT");
    assertThat(field(wire.get(name), "value")).isEqualTo("first");
  }

  @Test
  void aWriteIsWhatTheNextReadSees() {
    // Given
    String name = fresh();
    wire.created(name, "old");
    Response kept = wire.get(name);

    // When
    Response answer = wire.put(name, "{\"value\":\"new\"}");

    // Then
    assertThat(field(kept, "value")).isEqualTo("old");
    assertThat(answer.text())
        .isEqualTo("{\"status\":\"updated\",\"name\":\"" + name + "\",\"version\":\"2\"}");
    assertThat(field(wire.get(name), "value")).isEqualTo("new");
  }

  @Test
  void labelsStayUntilOthersAreGiven() {
    // Given
    String name = fresh();
    wire.post("secret/" + name, "{\"value\":\"v\",\"labels\":{\"team\":\"red\"}}");

    // When
    wire.put(name, "{\"value\":\"w\"}");
    Response kept = wire.get(name);
    wire.put(name, "{\"value\":\"x\",\"labels\":{}}");

    // Then
    assertThat(kept.text()).contains("\"labels\":{\"team\":\"red\"}");
    assertThat(wire.get(name).text()).contains("\"labels\":{}");
  }

  @Test
  void casWritesOnlyOverTheVersionItNames() {
    // Given
    String name = fresh();
    String first = wire.created(name, "a");

    // When
    Response met = wire.put(name + "?cas=" + first, "{\"value\":\"b\"}");
    Response unmet = wire.put(name + "?cas=" + first, "{\"value\":\"c\"}");

    // Then
    assertThat(met.status()).isEqualTo(200);
    checkError(unmet, 412, "PRECONDITION_FAILED");
    assertThat(field(wire.get(name), "value")).isEqualTo("b");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    // Given
    String name = fresh();

    // When, then
    checkError(wire.get(name), 404, "NOT_FOUND");
    checkError(wire.put(name, "{\"value\":\"v\"}"), 404, "NOT_FOUND");
    checkError(wire.delete(name), 404, "NOT_FOUND");
    checkError(wire.send("GET", "/secrets/versions/" + name, Map.of()), 404, "NOT_FOUND");
  }

  @Test
  void whatIsDeletedIsGone() {
    // Given
    String name = fresh();
    wire.created(name, "v");
    Response kept = wire.get(name);

    // When
    Response answer = wire.delete(name);

    // Then
    assertThat(kept.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"status\":\"deleted\",\"name\":\"" + name + "\"}");
    checkError(wire.get(name), 404, "NOT_FOUND");
  }

  @ParameterizedTest
  @CsvSource({
    "1, a",
    "2, b",
    "3, c",
    "previous, b",
    "AWSPREVIOUS, b",
    "AWSCURRENT, c",
    "current, c"
  })
  void versionsAreReadByNumberAndByStage(String version, String value) {
    // Given
    String name = fresh();
    wire.created(name, "a");
    wire.updated(name, "b");
    wire.updated(name, "c");

    // When
    Response answer = wire.get(name + "?version=" + version);

    // Then
    assertThat(field(answer, "value")).isEqualTo(value);
  }

  @Test
  void aVersionThatIsNotThereIsNotFound() {
    // Given
    String name = fresh();
    wire.created(name, "a");

    // When, then
    checkError(wire.get(name + "?version=7"), 404, "NOT_FOUND");
    checkError(wire.get(name + "?version=previous"), 404, "NOT_FOUND");
    checkError(wire.get(name + "?version=..%2F1"), 400, "BAD_REQUEST");
  }

  @Test
  void versionsAreListedNewestFirst() {
    // Given
    String name = fresh();
    wire.created(name, "a");
    wire.updated(name, "b");

    // When
    Response answer = wire.send("GET", "/secrets/versions/" + name, Map.of());

    // Then
    assertThat(answer.text())
        .matches(
            "\\{\"name\":\""
                + name
                + "\",\"versions\":\\[\\{\"version\":\"2\",\"created_at\":\"[^\"]+\","
                + "\"state\":\"current\"},\\{\"version\":\"1\",\"created_at\":\"[^\"]+\","
                + "\"state\":\"enabled\"}]}");
    assertThat(answer.header("Cache-Control")).contains("no-store");
  }

  @Test
  void existsSaysSo() {
    // Given
    String name = fresh();
    wire.created(name, "a");

    // When
    Response yes = wire.send("GET", "/secrets/exists/" + name, Map.of());
    Response no = wire.send("GET", "/secrets/exists/" + name + "x", Map.of());

    // Then
    assertThat(yes.text()).isEqualTo("{\"exists\":true,\"name\":\"" + name + "\"}");
    assertThat(no.text()).isEqualTo("{\"exists\":false,\"name\":\"" + name + "x\"}");
  }

  @Test
  void aListingHasNamesAndNoValues() {
    // Given
    String root = fresh();
    wire.created(root + "/b", "hidden");
    wire.created(root + "/a/x", "hidden");

    // When
    Response some = wire.send("GET", "/secrets/list/" + root + "/", Map.of());
    Response all = wire.send("GET", "/secrets/list", Map.of());

    // Then
    assertThat(some.text())
        .startsWith("{\"secrets\":[{\"name\":\"" + root + "/a/x\",\"version\":\"1\",")
        .contains("{\"name\":\"" + root + "/b\",\"version\":\"1\",\"created_at\":\"")
        .endsWith("],\"count\":2,\"prefix\":\"" + root + "/\"}")
        .doesNotContain("hidden");
    assertThat(all.text()).contains(root + "/a/x").endsWith(",\"prefix\":\"\"}");
  }

  @Test
  void aBatchHasNullForWhatIsNotThere() {
    // Given
    String name = fresh();
    wire.created(name, "a");

    // When
    Response answer = wire.post("get/batch", "{\"names\":[\"%s\",\"%sx\"]}".formatted(name, name));

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .startsWith("{\"" + name + "\":{\"value\":\"a\",\"version\":\"1\",")
        .endsWith(",\"" + name + "x\":null}");
    assertThat(answer.header("Cache-Control")).contains("no-store");
  }

  @Test
  void bytesThatAreNoTextAreBase64() {
    // Given
    String name = fresh();
    Response created = wire.post("secret/" + name, "{\"value\":\"/wD+\",\"encoding\":\"base64\"}");

    // When
    Response answer = wire.get(name);

    // Then
    assertThat(created.status()).isEqualTo(201);
    assertThat(answer.text()).startsWith("{\"value\":\"/wD+\",\"encoding\":\"base64\",");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|BAD_REQUEST",
        "{\"value\":null}|BAD_REQUEST",
        "{\"value\":1}|JSON_ERROR",
        "{\"value\":\"a\",\"other\":1}|JSON_ERROR",
        "{\"value\":\"MARKER!\",\"encoding\":\"base64\"}|BAD_REQUEST",
        "{\"value\":\"a\",\"encoding\":\"hex\"}|BAD_REQUEST",
        "{\"value\":\"\\ud800\"}|BAD_REQUEST",
        "{\"value\":\"MARKER\",\"labels\":{\"a\":null}}|BAD_REQUEST",
        "{\"value\":\"MARKER\",\"labels\":[]}|JSON_ERROR",
        "null|JSON_ERROR",
        "{\"value\":\"MARKER\"|JSON_ERROR"
      })
  void aBodyThatIsNoneIsRefusedAndNotQuoted(String body, String code) {
    // When
    Response answer = wire.post("secret/" + fresh(), body);

    // Then
    checkError(answer, 400, code);
    assertThat(answer.text()).doesNotContain("MARKER");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "..",
        "a/../b",
        "a//b",
        "/a",
        "a/",
        ".",
        "a/./b",
        "%2e%2e",
        "a%2F..%2Fb",
        "a%5Cb",
        "a%00b",
        "a%0Ab",
        "a%25b",
        "a%3Fb",
        "a%23b",
        "a%7Fb",
        "%E2%80%AE",
        "%ED%A0%80",
        "%zz"
      })
  void aNameThatIsNoneIsRefused(String name) {
    // When, then
    checkError(wire.get(name), 400, "BAD_REQUEST");
    checkError(wire.post("secret/" + name, "{\"value\":\"v\"}"), 400, "BAD_REQUEST");
    checkError(wire.delete(name), 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%ED%A0%80", "%zz", "%"})
  void aNameThatIsNoPercentEncodedTextIsRefused(String name) {
    // When, then
    assertThat(wire.get(name).status()).isEqualTo(400);
  }

  @Test
  void aNameHasAtMost512Bytes() {
    // Given
    String longest = "x".repeat(510) + "%C3%BC";
    wire.created(longest, "v");

    // When
    Response fits = wire.get(longest);
    Response tooLong = wire.get(longest + "y");

    // Then
    assertThat(fits.status()).isEqualTo(200);
    checkError(tooLong, 400, "BAD_REQUEST");
  }

  @Test
  void anEncodedSlashIsASlash() {
    // Given
    String name = fresh();
    wire.created(name + "/a", "v");

    // When
    Response answer = wire.get(name + "%2Fa");

    // Then
    assertThat(field(answer, "value")).isEqualTo("v");
  }

  @Test
  void headAnswersAsGetWithoutTheBody() {
    // Given
    String name = fresh();
    wire.created(name, "v");

    // When
    Response answer = wire.send("HEAD", "/secrets/secret/" + name, Map.of());

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("X-Cache")).contains("MISS");
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void thePrefixMayBeLeftOut() {
    // Given
    String name = fresh();
    wire.created(name, "v");

    // When
    Response answer = wire.send("GET", "/secret/" + name, Map.of());

    // Then
    assertThat(field(answer, "value")).isEqualTo("v");
    assertThat(answer.header("Cache-Control")).contains("no-store");
  }

  @Test
  void everyAccessIsInTheLogWithoutItsValue() {
    // Given
    String name = fresh();
    wire.post("secret/" + name, "{\"value\":\"M4RKER\"}");

    // When
    wire.get(name);
    wire.get(name);
    wire.delete(name);

    // Then
    process.awaitLog("operation=delete");
    assertThat(process.log().lines().filter(line -> line.endsWith("name=" + name)))
        .satisfiesExactly(
            line -> assertThat(line).contains("operation=create ", "outcome=OK"),
            line -> assertThat(line).contains("operation=get ", "outcome=MISS"),
            line -> assertThat(line).contains("operation=get ", "outcome=HIT"),
            line -> assertThat(line).contains("operation=delete ", "outcome=OK"));
    assertThat(process.log()).doesNotContain("M4RKER");
  }

  @Test
  void theDocumentsNameTheServiceAndItsRoutes() {
    // When
    Response ready = process.client().get("/health/ready");
    Response document = process.client().get("/openapi");

    // Then
    assertThat(ready.text())
        .contains("{\"name\":\"secrets\",\"backend\":\"memory\",\"status\":\"UP\"}");
    assertThat(document.text())
        .contains(
            "/secrets/secret/{name}",
            "/secrets/versions/{name}",
            "/secrets/get/batch",
            "/secrets/watch/{name}",
            "/secrets/exists/{name}",
            "/secrets/list/{prefix}");
  }
}
