package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The section on email of docs/api.md, where messages are kept instead of sent. */
class MemoryWireIT {
  private static SidecarProcess email;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    email =
        SidecarProcess.builder()
            .env("EMAIL_MAX_SIZE", "100K")
            .env("EMAIL_MAX_RECIPIENTS", "3")
            .env("EMAIL_MAX_ATTACHMENTS", "2")
            .start()
            .awaitReady();
    http = email.client();
  }

  @AfterAll
  static void stop() {
    email.close();
  }

  @BeforeEach
  void empty() {
    assertThat(http.delete("/email/outbox").status()).isEqualTo(200);
  }

  private static JsonNode outbox() {
    return Bodies.json(http.get("/email/outbox")).get("emails");
  }

  @Test
  void keepsEveryFieldOfAMessage() {
    // Given
    ObjectNode message = Bodies.message();
    message.putArray("cc").add("Zoë <zoe@bücher.example>");
    message.putArray("bcc").add("secret@example.org");
    message.put("html", "<img src=\"cid:logo@x\">");
    message.put("reply_to", "reply@example.org");
    message.putObject("headers").put("X-Campaign", "spring");
    message.putArray("list_unsubscribe").add("https://example.org/u/1");
    ObjectNode file = message.putArray("attachments").addObject();
    file.put("filename", "résumé.pdf").put("content", "AAEC/w==");
    file.put("content_type", "application/pdf").put("content_id", "logo@x");

    // When
    Response answer = Bodies.send(http, message);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.text())
        .matches("\\{\"id\":\"<[-0-9a-f]{36}@example.org>\",\"success\":true}");
    ObjectNode kept = (ObjectNode) outbox().get(0);
    assertThat(kept.remove("id")).isEqualTo(Bodies.json(answer).get("id"));
    assertThat(kept.remove("date").asText()).startsWith("20");
    message.putArray("cc").add("Zoë <zoe@xn--bcher-kva.example>");
    message.putArray("reply_to").add("reply@example.org");
    assertThat(kept).isEqualTo(message);
  }

  @Test
  void forgetsWhatItKeptWhenAsked() {
    // Given
    Response _ = Bodies.send(http, Bodies.message());

    // When
    Response answer = http.delete("/email/outbox");

    // Then
    assertThat(answer.text()).isEqualTo("{\"status\":\"ok\",\"deleted\":1}");
    assertThat(http.get("/email/outbox").text()).isEqualTo("{\"emails\":[],\"dropped\":0}");
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of("'from'", "from", "null"),
        Arguments.of("'from'", "from", "\"\""),
        Arguments.of("'from'", "from", "\"ann\""),
        Arguments.of("'from'", "from", "\"a@b.org, c@d.org\""),
        Arguments.of("'from'", "from", "7"),
        Arguments.of("'to'", "to", "[]"),
        Arguments.of("'to'", "to", "\"bob@example.org\""),
        Arguments.of("'to'", "to", "[null]"),
        Arguments.of("'to[0]'", "to", "[\"bob\"]"),
        Arguments.of("'to[1]'", "to", "[\"bob@example.org\",\"@\"]"),
        Arguments.of("'to[0]'", "to", "[\"group: a@b.org;\"]"),
        Arguments.of("'cc[0]'", "cc", "[\"a b@c.org\"]"),
        Arguments.of("'bcc[0]'", "bcc", "[\"a@b..org\"]"),
        Arguments.of("'reply_to[0]'", "reply_to", "\"nobody\""),
        Arguments.of("'subject'", "subject", "null"),
        Arguments.of("'subject'", "subject", "\"" + "x".repeat(901) + "\""),
        Arguments.of("'text'", "text", "null"),
        Arguments.of("'text'", "text", "\"\\ud800\""),
        Arguments.of("'html'", "html", "{}"),
        Arguments.of("'headers'", "headers", "[]"),
        Arguments.of("'headers'", "headers", "{\"To\":\"x@y.org\"}"),
        Arguments.of("'headers'", "headers", "{\"bCC\":\"x@y.org\"}"),
        Arguments.of("'headers'", "headers", "{\"Content-Type\":\"text/x\"}"),
        Arguments.of("'headers'", "headers", "{\"DKIM-Signature\":\"x\"}"),
        Arguments.of("'headers'", "headers", "{\"a b\":\"x\"}"),
        Arguments.of("'headers'", "headers", "{\"\":\"x\"}"),
        Arguments.of("'headers'", "headers", "{\"X-A\":\"1\",\"x-a\":\"2\"}"),
        Arguments.of("'headers.X-A'", "headers", "{\"X-A\":null}"),
        Arguments.of("'list_unsubscribe'", "list_unsubscribe", "\"http://example.org\""),
        Arguments.of("'attachments[0].content'", "attachments", "[{}]"),
        Arguments.of("'attachments[0].content'", "attachments", "[{\"content\":\"*\"}]"),
        Arguments.of("'attachments[0].content'", "attachments", "[{\"content\":[1]}]"),
        Arguments.of("'attachments[0]'", "attachments", "[null]"),
        Arguments.of(
            "'attachments[0].content_type'",
            "attachments",
            "[{\"content\":\"\",\"content_type\":\"x\"}]"),
        Arguments.of(
            "'attachments[0].content_type'",
            "attachments",
            "[{\"content\":\"\",\"content_type\":\"multipart/mixed; boundary=x\"}]"),
        Arguments.of(
            "'attachments[0].content_id'",
            "attachments",
            "[{\"content\":\"\",\"content_id\":\"<a@b>\"}]"),
        Arguments.of("'nonsense'", "nonsense", "1"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void namesTheFieldThatIsWrong(String named, String field, String value) throws Exception {
    // Given
    ObjectNode message = Bodies.message();
    message.set(field, Bodies.JSON.readTree(value));

    // When
    Response answer = Bodies.send(http, message);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(Bodies.json(answer).get("error").asText()).contains(named);
    assertThat(outbox()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'', JSON_ERROR", "null, JSON_ERROR", "[], JSON_ERROR", "{, JSON_ERROR"})
  void aBodyThatIsNoMessageIsRefused(String body, String code) {
    // When
    Response answer = http.with("Content-Type", "application/json").post("/email/send", body);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(Bodies.json(answer).get("code").asText()).isEqualTo(code);
  }

  static Stream<Arguments> lineEnds() {
    List<String> fields =
        List.of(
            "{\"from\":\"Ann%s <ann@example.org>\"}",
            "{\"from\":\"ann@example.org%s\"}",
            "{\"to\":[\"Bob <bob@example.org>%s\"]}",
            "{\"to\":[\"\\\"%s\\\" <bob@example.org>\"]}",
            "{\"cc\":[\"bob%s@example.org\"]}",
            "{\"bcc\":[\"bob@example%s.org\"]}",
            "{\"reply_to\":\"bob@example.org%sRCPT TO:<eve@example.org>\"}",
            "{\"subject\":\"Hello%sBcc: eve@example.org\"}",
            "{\"headers\":{\"X-A%s\":\"1\"}}",
            "{\"headers\":{\"X-A\":\"1%sBcc: eve@example.org\"}}",
            "{\"list_unsubscribe\":\"https://example.org/%sX\"}",
            "{\"attachments\":[{\"content\":\"\",\"filename\":\"a%sb\"}]}",
            "{\"attachments\":[{\"content\":\"\",\"content_id\":\"a%sb@c\"}]}",
            "{\"attachments\":[{\"content\":\"\",\"content_type\":\"text/plain;%s a=b\"}]}");
    List<String> ends =
        List.of("\\r\\n", "\\n", "\\r", "\\u0000", "\\u0085", "\\u2028", "\\u2029", "\\u000b");
    return fields.stream()
        .flatMap(field -> ends.stream().map(end -> Arguments.of(field.formatted(end))));
  }

  @ParameterizedTest
  @MethodSource("lineEnds")
  void noFieldCanEndItsLine(String changes) throws Exception {
    // Given
    ObjectNode message = Bodies.message();
    message.setAll((ObjectNode) Bodies.JSON.readTree(changes));

    // When
    Response answer = Bodies.send(http, message);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(outbox()).isEmpty();
  }

  @Test
  void limitsAreToldByTheirFields() {
    // Given
    ObjectNode recipients = Bodies.message();
    recipients.putArray("cc").add("a@b.org").add("c@d.org");
    recipients.putArray("bcc").add("e@f.org");
    ObjectNode files = Bodies.message();
    ArrayNode attachments = files.putArray("attachments");
    IntStream.range(0, 3).forEach(_ -> attachments.addObject().put("content", ""));
    ObjectNode large = Bodies.message().put("text", "x".repeat(100 << 10)).put("html", "y");

    // When
    Response tooMany = Bodies.send(http, recipients);
    Response tooManyFiles = Bodies.send(http, files);
    Response tooLarge = Bodies.send(http, large);
    Response justRight = Bodies.send(http, large.put("text", "x".repeat((100 << 10) - 1)));

    // Then
    assertThat(tooMany.status()).isEqualTo(400);
    assertThat(tooMany.text()).contains("'to', 'cc' and 'bcc'", "EMAIL_MAX_RECIPIENTS");
    assertThat(tooManyFiles.status()).isEqualTo(400);
    assertThat(tooManyFiles.text()).contains("'attachments'", "EMAIL_MAX_ATTACHMENTS");
    assertThat(tooLarge.status()).isEqualTo(413);
    assertThat(tooLarge.text()).contains("'text', 'html'", "PAYLOAD_TOO_LARGE", "EMAIL_MAX_SIZE");
    assertThat(justRight.status()).isEqualTo(200);
  }

  @Test
  void aBatchHasItsResultsInOrderAndABadMessageStopsNoOther() throws Exception {
    // Given
    ObjectNode bad = Bodies.message();
    bad.remove("subject");

    // When
    Response answer =
        Bodies.sendBatch(
            http,
            Bodies.batch(
                Bodies.to("a@example.org"),
                bad,
                Bodies.JSON.readTree("{\"to\":7}"),
                Bodies.JSON.readTree("null"),
                Bodies.to("b@example.org")));

    // Then
    JsonNode json = Bodies.json(answer);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.text())
        .startsWith("{\"sent\":2,\"failed\":3,\"results\":[{\"success\":true,");
    assertThat(json.get("results").findValuesAsText("success"))
        .containsExactly("true", "false", "false", "false", "true");
    assertThat(json.at("/results/1/code").asText()).isEqualTo("BAD_REQUEST");
    assertThat(json.at("/results/1/error").asText()).contains("'subject'");
    assertThat(json.at("/results/2/code").asText()).isEqualTo("JSON_ERROR");
    assertThat(json.at("/results/2/error").asText()).contains("'to'");
    assertThat(outbox().findValuesAsText("id"))
        .containsExactlyInAnyOrder(
            json.at("/results/0/message_id").asText(), json.at("/results/4/message_id").asText());
  }

  @Test
  void aBatchHasAtMostFiveHundredMessages() {
    // Given
    JsonNode[] most =
        IntStream.range(0, 500).mapToObj(_ -> Bodies.message()).toArray(JsonNode[]::new);

    // When
    Response full = Bodies.sendBatch(http, Bodies.batch(most));
    Response none = Bodies.sendBatch(http, Bodies.batch());
    Response missing = Bodies.sendBatch(http, Bodies.JSON.createObjectNode());
    ObjectNode more = Bodies.batch(most);
    ((ArrayNode) more.get("emails")).add(Bodies.message());
    Response tooMany = Bodies.sendBatch(http, more);

    // Then
    assertThat(Bodies.json(full).get("sent").asInt()).isEqualTo(500);
    assertThat(none.text()).isEqualTo("{\"sent\":0,\"failed\":0,\"results\":[]}");
    assertThat(missing.status()).isEqualTo(400);
    assertThat(tooMany.status()).isEqualTo(400);
    assertThat(tooMany.text()).contains("'emails'", "500");
    assertThat(outbox()).hasSize(500);
  }

  @Test
  void aLoneServiceAnswersWithoutItsPrefix() {
    // When
    Response answer = Bodies.post(http, "/send", Bodies.message(), java.util.Map.of());

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /email/send, 405",
    "PUT, /email/outbox, 405",
    "POST, /email/nothing, 404",
    "GET, /email, 404"
  })
  void whatIsNoRouteIsSaid(String method, String path, int status) {
    // When
    Response answer = http.send(method, path);

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
  }

  @Test
  void onlyJsonIsTaken() {
    // When
    Response answer = http.with("Content-Type", "text/plain").post("/email/send", "x");

    // Then
    assertThat(answer.status()).isEqualTo(415);
  }

  @Test
  void readinessNamesTheBackendAndTheDescriptionTheRoutes() {
    // When
    Response ready = http.get("/health/ready");
    Response openapi = http.with("Accept", "application/json").get("/openapi");

    // Then
    assertThat(ready.text())
        .isEqualTo(
            "{\"status\":\"healthy\",\"checks\":"
                + "[{\"name\":\"email\",\"backend\":\"memory\",\"status\":\"UP\"}]}");
    assertThat(Bodies.json(openapi).get("paths").fieldNames())
        .toIterable()
        .contains("/email/send", "/email/send/batch", "/email/outbox");
    assertThat(Bodies.json(openapi).at("/components/schemas/EmailMessage/properties").fieldNames())
        .toIterable()
        .contains("reply_to", "list_unsubscribe", "attachments");
  }

  @Test
  void theLogHasALineForAMessageAndNothingOfIt() {
    // Given
    ObjectNode message = Bodies.to("recipient-x@example.org");
    message.put("subject", "subject-x").put("text", "text-x").put("from", "sender-x@example.org");

    // When
    String id =
        Bodies.json(Bodies.send(http.with("X-Trace-ID", "trace-x"), message)).get("id").asText();

    // Then
    email.awaitLog("email id=" + id + " recipients=1 attachments=0");
    assertThat(email.log())
        .contains("trace-x", "outcome=OK")
        .doesNotContain("recipient-x", "subject-x", "text-x ", "sender-x");
  }
}
