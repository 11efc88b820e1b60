package dev.mikcar.storage;

import static dev.mikcar.storage.Objects.assertError;
import static dev.mikcar.storage.Objects.get;
import static dev.mikcar.storage.Objects.json;
import static dev.mikcar.storage.Objects.put;
import static dev.mikcar.storage.Objects.random;
import static dev.mikcar.storage.Objects.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The storage section of docs/api.md against the packaged application, on two backends. */
class ObjectWireIT {
  private static SidecarProcess memory;
  private static SidecarProcess file;

  @BeforeAll
  static void start() {
    memory = builder().env("STORAGE_URL", "memory://").start().awaitReady();
    file = builder().env("STORAGE_URL", "file://data").start().awaitReady();
  }

  private static SidecarProcess.Builder builder() {
    return SidecarProcess.builder()
        .env("STORAGE_MAX_OBJECT_SIZE", "4M")
        .env("MIKCAR_SOCKET", "storage.sock");
  }

  @AfterAll
  static void stop() {
    memory.close();
    file.close();
  }

  @Nested
  class InMemory extends Contract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class InFiles extends Contract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class InFilesOverTheUnixSocket extends Contract {
    @Override
    HttpClient http() {
      return file.unixClient();
    }
  }

  /** What holds on every backend and every kind of connection. */
  abstract static class Contract {
    abstract HttpClient http();

    @Test
    void anObjectComesBackWithItsHeaders() {
      // When
      Response created =
          put(
              http(),
              "h/a b.txt",
              "hello",
              "Content-Type",
              "text/x-own; charset=utf-8",
              "Cache-Control",
              "max-age=5",
              "Content-Disposition",
              "inline",
              "X-Meta-Owner",
              "Ann",
              "Content-Encoding",
              "br");

      // Then
      String etag = created.header("ETag").orElseThrow();
      assertThat(created.status()).as("%s", created).isEqualTo(201);
      assertThat(created.text())
          .isEqualTo(
              "{\"status\":\"created\",\"path\":\"h/a b.txt\",\"size\":5,\"e_tag\":\""
                  + etag.replace("\"", "\\\"")
                  + "\"}");
      Response found = get(http(), "h/a b.txt");
      Response head = http().head(route("h/a b.txt"));
      for (Response answer : new Response[] {found, head}) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("text/x-own; charset=utf-8");
        assertThat(answer.header("Cache-Control")).contains("max-age=5");
        assertThat(answer.header("Content-Disposition")).contains("inline");
        assertThat(answer.header("Content-Encoding")).contains("br");
        assertThat(answer.header("X-Meta-Owner")).contains("Ann");
        assertThat(answer.header("Content-Length")).contains("5");
        assertThat(answer.header("Accept-Ranges")).contains("bytes");
        assertThat(answer.header("ETag")).contains(etag);
        assertThat(answer.header("Last-Modified").orElseThrow()).endsWith(" GMT");
        assertThat(answer.header("X-Trace-ID")).isPresent();
        assertThat(answer.header("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.header("Content-Security-Policy")).contains("sandbox");
      }
      assertThat(found.text()).isEqualTo("hello");
      assertThat(head.header("X-Object-Size")).contains("5");
      assertThat(head.header("X-Last-Modified").orElseThrow()).matches("\\d{4}-.*Z");
    }

    @ParameterizedTest
    @CsvSource({
      "a.json, application/json",
      "a.PNG, image/png",
      "a.wasm, application/wasm",
      "a, application/octet-stream",
      "a.b/c.html, text/html"
    })
    void theTypeIsGuessedFromTheName(String path, String type) {
      // When
      put(http(), "guess/" + path, "x");

      // Then
      assertThat(get(http(), "guess/" + path).header("Content-Type")).contains(type);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "application/json",
          "text/plain",
          "application/xml"
        })
    void aBodyIsNeverParsed(String type) {
      // Given
      String body = "a=b&c=%zz\r\n--x--{\"not\": json";

      // When
      Response created = put(http(), "form", body, "Content-Type", type);

      // Then
      assertThat(created.status()).as("%s", created).isEqualTo(201);
      assertThat(get(http(), "form").text()).isEqualTo(body);
      assertThat(get(http(), "form").header("Content-Type")).contains(type);
    }

    @Test
    void aChunkedBodyIsTaken() {
      // When
      Response created =
          http()
              .send(
                  "PUT",
                  route("chunked"),
                  Map.of("Transfer-Encoding", "chunked"),
                  "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n".getBytes(StandardCharsets.UTF_8));

      // Then
      assertThat(created.status()).as("%s", created).isEqualTo(201);
      assertThat(get(http(), "chunked").text()).isEqualTo("hello world");
    }

    @Test
    void anEmptyObjectIsAnObject() {
      // When
      put(http(), "empty", "");

      // Then
      Response found = get(http(), "empty");
      assertThat(found.status()).isEqualTo(200);
      assertThat(found.header("Content-Length")).contains("0");
      assertError(get(http(), "empty", "Range", "bytes=0-0"), 416, "RANGE_NOT_SATISFIABLE");
    }

    @ParameterizedTest
    @CsvSource({
      "bytes=0-3, 0123, bytes 0-3/10",
      "bytes=4-, 456789, bytes 4-9/10",
      "bytes=-2, 89, bytes 8-9/10",
      "bytes=8-99, 89, bytes 8-9/10",
      "bytes=0-, 0123456789, bytes 0-9/10",
      "bytes=0-999, 0123456789, bytes 0-9/10",
      "bytes=-99, 0123456789, bytes 0-9/10",
      "Bytes=1-1, 1, bytes 1-1/10"
    })
    void aRangeIsAnswered(String range, String content, String contentRange) {
      // Given
      put(http(), "ranged", "0123456789");

      // When
      Response part = get(http(), "ranged", "Range", range);

      // Then
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.text()).isEqualTo(content);
      assertThat(part.header("Content-Range")).contains(contentRange);
      assertThat(part.header("Content-Length")).contains(Integer.toString(content.length()));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"bytes=5-2", "bytes=a-b", "lines=0-3", "bytes=0-1,3-4", "bytes=-", "nonsense"})
    void whatIsNoRangeOfOursIsIgnored(String range) {
      // Given
      put(http(), "ranged", "0123456789");

      // When
      Response whole = get(http(), "ranged", "Range", range);

      // Then
      assertThat(whole.status()).isEqualTo(200);
      assertThat(whole.text()).isEqualTo("0123456789");
    }

    @Test
    void aRangeWithoutAByteIs416() {
      // Given
      put(http(), "ranged", "0123456789");

      // When
      Response refused = get(http(), "ranged", "Range", "bytes=10-");

      // Then
      assertError(refused, 416, "RANGE_NOT_SATISFIABLE");
      assertThat(refused.header("Content-Range")).contains("bytes */10");
    }

    @Test
    void ifRangeDecidesWhetherTheRangeCounts() {
      // Given
      String etag = put(http(), "if-range", "0123456789").header("ETag").orElseThrow();
      String date = get(http(), "if-range").header("Last-Modified").orElseThrow();

      // Then
      assertRange(206, etag);
      assertRange(206, date);
      assertRange(200, "\"other\"");
      assertRange(200, "W/" + etag);
      assertRange(200, "Sat, 01 Jan 2000 00:00:00 GMT");
    }

    private void assertRange(int status, String ifRange) {
      assertThat(get(http(), "if-range", "Range", "bytes=0-1", "If-Range", ifRange).status())
          .as(ifRange)
          .isEqualTo(status);
    }

    @Test
    void conditionsOfReadingAreJudgedInTheirOrder() {
      // Given
      String etag = put(http(), "cond", "x").header("ETag").orElseThrow();
      String past = "Sat, 01 Jan 2000 00:00:00 GMT";
      String future = "Fri, 01 Jan 2100 00:00:00 GMT";

      // Then
      assertCondition(304, "If-None-Match", etag);
      assertCondition(304, "If-None-Match", "W/" + etag + ", \"b\"");
      assertCondition(304, "If-None-Match", "*");
      assertCondition(200, "If-None-Match", "\"other\"");
      assertCondition(412, "If-Match", "\"other\"");
      assertCondition(412, "If-Match", "W/" + etag);
      assertCondition(200, "If-Match", etag);
      assertCondition(304, "If-Modified-Since", future);
      assertCondition(200, "If-Modified-Since", past);
      assertCondition(200, "If-Modified-Since", "no date");
      assertCondition(412, "If-Unmodified-Since", past);
      assertCondition(200, "If-Unmodified-Since", future);
      assertCondition(200, "If-None-Match", "\"other\"", "If-Modified-Since", future);
      assertCondition(200, "If-Match", etag, "If-Unmodified-Since", past);
      assertCondition(400, "If-Match", "unquoted");
    }

    private void assertCondition(int status, String... headers) {
      Response got = get(http(), "cond", headers);
      assertThat(got.status()).as("GET %s", String.join(" ", headers)).isEqualTo(status);
      HttpClient client = http();
      for (int i = 0; i < headers.length; i += 2) {
        client = client.with(headers[i], headers[i + 1]);
      }
      assertThat(client.head(route("cond")).status())
          .as("HEAD %s", String.join(" ", headers))
          .isEqualTo(status);
    }

    @Test
    void conditionsOfWritingAreJudged() {
      // Given
      String etag = put(http(), "w", "one").header("ETag").orElseThrow();

      // Then
      assertError(put(http(), "w", "two", "If-None-Match", "*"), 412, "PRECONDITION_FAILED");
      assertError(put(http(), "w", "two", "If-Match", "\"o\""), 412, "PRECONDITION_FAILED");
      assertThat(get(http(), "w").text()).isEqualTo("one");
      assertThat(put(http(), "w", "two", "If-Match", etag).status()).isEqualTo(201);
      assertError(http().with("If-Match", etag).delete(route("w")), 412, "PRECONDITION_FAILED");
      assertThat(http().delete(route("w")).text())
          .isEqualTo("{\"status\":\"deleted\",\"path\":\"w\"}");
      assertError(http().delete(route("w")), 404, "NOT_FOUND");
      assertThat(put(http(), "w", "two", "If-None-Match", "*").status()).isEqualTo(201);
    }

    @Test
    void checksumsAreCheckedBeforeTheObjectAppears() throws Exception {
      // Given
      byte[] content = random(300_000);
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(content);
      String md5 =
          Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(content));

      // Then
      assertThat(sum(content, "X-Checksum-SHA256", HexFormat.of().formatHex(sha)).status())
          .isEqualTo(201);
      assertThat(
              sum(content, "X-Checksum-SHA256", Base64.getEncoder().encodeToString(sha)).status())
          .isEqualTo(201);
      assertThat(sum(content, "Content-MD5", md5).status()).isEqualTo(201);
      content[299_999]++;
      assertError(sum(content, "Content-MD5", md5), 400, "BAD_REQUEST");
      assertError(
          sum(content, "X-Checksum-SHA256", HexFormat.of().formatHex(sha)), 400, "BAD_REQUEST");
      assertError(sum(content, "Content-MD5", "nonsense"), 400, "BAD_REQUEST");
      assertThat(get(http(), "sum").header("ETag")).isPresent();
      assertThat(get(http(), "sum").body()[299_999]).isNotEqualTo(content[299_999]);
    }

    private Response sum(byte[] content, String header, String value) {
      return http().send("PUT", route("sum"), Map.of(header, value), content);
    }

    @Test
    void anObjectThatIsTooLargeIsRefusedAndTheOldOneStays() {
      // Given
      put(http(), "large", "old");

      // Then
      assertError(http().put(route("large"), new byte[(4 << 20) + 1]), 413, "PAYLOAD_TOO_LARGE");
      StringBuilder chunks = new StringBuilder();
      String chunk = "100000\r\n" + "x".repeat(1 << 20) + "\r\n";
      for (int i = 0; i < 5; i++) {
        chunks.append(chunk);
      }
      assertError(
          http()
              .send(
                  "PUT",
                  route("large"),
                  Map.of("Transfer-Encoding", "chunked"),
                  chunks.append("0\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8)),
          413,
          "PAYLOAD_TOO_LARGE");
      assertThat(get(http(), "large").text()).isEqualTo("old");
      assertThat(http().put(route("large"), new byte[4 << 20]).status()).isEqualTo(201);
    }

    @Test
    void textIsGzippedOnRequestAndARangeIsNot() {
      // Given
      put(http(), "zip.txt", "text ".repeat(10_000));

      // When
      Response zipped = get(http(), "zip.txt", "Accept-Encoding", "gzip");
      Response part = get(http(), "zip.txt", "Accept-Encoding", "gzip", "Range", "bytes=0-9999");
      Response all = get(http(), "zip.txt", "Accept-Encoding", "gzip", "Range", "bytes=0-");

      // Then
      assertThat(zipped.header("Content-Encoding")).contains("gzip");
      assertThat(zipped.body().length).isLessThan(5_000);
      assertThat(part.header("Content-Encoding")).isEmpty();
      assertThat(part.body()).hasSize(10_000);
      assertThat(all.status()).isEqualTo(206);
      assertThat(all.header("Content-Encoding")).isEmpty();
      assertThat(all.body()).hasSize(50_000);
    }

    @Test
    void theConnectionIsOfUseAfterwards() {
      // Given
      put(http(), "reuse", "0123456789");

      // When
      try (var connection = http().open()) {
        for (int i = 0; i < 50; i++) {
          assertThat(connection.send("GET", route("reuse")).text()).isEqualTo("0123456789");
          assertThat(
                  connection
                      .send("GET", "/storage/list", Map.of("Accept-Encoding", "gzip"))
                      .status())
              .isEqualTo(200);
          assertThat(
                  connection
                      .send(
                          "GET",
                          route("reuse"),
                          Map.of("Accept-Encoding", "gzip", "Range", "bytes=1-2"))
                      .text())
              .isEqualTo("12");
        }
      }
    }

    @Test
    void objectsAreListed() {
      // Given
      for (String path : new String[] {"list/b", "list/a/1", "list/a/2"}) {
        put(http(), path, "x");
      }

      // Then
      assertThat(http().get("/storage/list/list/").text())
          .matches(
              "\\{\"objects\":\\[\\{\"location\":\"list/a/1\",\"size\":1,"
                  + "\"last_modified\":\"[-0-9T:.]+Z\",\"e_tag\":\"\\\\\"[0-9a-f]+\\\\\"\"},.*],"
                  + "\"prefixes\":\\[],\"next_offset\":null}");
      assertThat(http().get("/storage/list/list/?delimiter=/&limit=1").text())
          .isEqualTo("{\"objects\":[],\"prefixes\":[\"list/a/\"],\"next_offset\":\"list/a/\"}");
      assertThat(http().get("/storage/list/list/?delimiter=/&limit=1&offset=list%2Fa%2F").text())
          .contains("\"location\":\"list/b\"", "\"next_offset\":null");
      assertError(http().get("/storage/list?limit=0"), 400, "BAD_REQUEST");
      assertError(http().get("/storage/list?limit=1001"), 400, "BAD_REQUEST");
    }

    @Test
    void objectsAreCopiedMovedAndDeleted() {
      // Given
      put(http(), "cm/a", "content");

      // Then
      assertThat(json(http(), "/storage/copy", "{\"from\":\"cm/a\",\"to\":\"cm/b\"}").text())
          .isEqualTo("{\"status\":\"copied\",\"path\":\"cm/b\"}");
      assertThat(json(http(), "/storage/move", "{\"from\":\"cm/b\",\"to\":\"cm/c\"}").text())
          .isEqualTo("{\"status\":\"moved\",\"path\":\"cm/c\"}");
      assertThat(get(http(), "cm/c").text()).isEqualTo("content");
      assertThat(
              json(http(), "/storage/delete/batch", "{\"paths\":[\"cm/a\",\"cm/b\",\"cm/c\"]}")
                  .text())
          .isEqualTo(
              "{\"deleted\":2,\"results\":[{\"path\":\"cm/a\",\"status\":\"deleted\"},"
                  + "{\"path\":\"cm/b\",\"status\":\"not_found\"},"
                  + "{\"path\":\"cm/c\",\"status\":\"deleted\"}]}");
      assertError(
          json(http(), "/storage/copy", "{\"from\":\"cm/a\",\"to\":\"x\"}"), 404, "NOT_FOUND");
      assertError(json(http(), "/storage/copy", "{\"from\":\"a\"}"), 400, "BAD_REQUEST");
      assertError(
          json(http(), "/storage/move", "{\"from\":\"a\",\"to\":\"../x\"}"), 400, "BAD_REQUEST");
      assertError(
          json(http(), "/storage/delete/batch", "{\"paths\":[\"a\",\"/x\"]}"), 400, "BAD_REQUEST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Meta-ä", "X-Meta-a_b", "X-Meta--a", "X-Meta-"})
    void metadataThatNotEveryStoreCanKeepIsRefused(String name) {
      assertError(put(http(), "meta", "x", name, "value"), 400, "BAD_REQUEST");
    }

    @Test
    void tooMuchMetadataIsRefused() {
      assertError(put(http(), "meta", "x", "X-Meta-A", "v".repeat(2048)), 400, "BAD_REQUEST");
      assertError(put(http(), "meta", "x", "X-Meta-A", "Grüße"), 400, "BAD_REQUEST");
    }

    @Test
    void otherMethodsAreNotTaken() {
      assertError(http().post(route("a"), "x"), 405, "METHOD_NOT_ALLOWED");
    }
  }
}
