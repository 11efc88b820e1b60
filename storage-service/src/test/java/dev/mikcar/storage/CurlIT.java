package dev.mikcar.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.storage.store.ContentHash;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main paths with a client of others, and its own ways of sending and asking. */
class CurlIT {
  private static final byte[] TEXT =
      "a line of text\n".repeat(1000).getBytes(StandardCharsets.UTF_8);
  private static final Pattern E_TAG = Pattern.compile("\"e_tag\":\"\\\\\"(\\w+)\\\\\"\"");

  private static SidecarProcess sidecar;

  @TempDir private Path folder;
  private String sent;
  private Path received;

  @BeforeAll
  static void start() {
    sidecar = SidecarProcess.builder().env("MIKCAR_SOCKET", "curl.sock").start().awaitReady();
  }

  @AfterAll
  static void stop() {
    sidecar.close();
  }

  @BeforeEach
  void writeFile() throws IOException {
    sent = Files.write(folder.resolve("sent"), TEXT).toString();
    received = folder.resolve("received");
  }

  /** What curl prints: the body, a blank, and the status. */
  private static String curl(String route, String... arguments) throws Exception {
    return run(
        Stream.concat(
                Stream.of("curl", "-sS", "--max-time", "20", "-w", " %{http_code}"),
                Stream.concat(
                    Stream.of(arguments),
                    Stream.of("http://127.0.0.1:" + sidecar.port() + "/storage/" + route)))
            .toList());
  }

  private static String run(List<String> command) throws Exception {
    Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(curl.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(curl.exitValue()).as("%s: %s", command, output).isZero();
    return output;
  }

  private static String json(String route, String body) throws Exception {
    return curl(route, "-H", "Content-Type: application/json", "-d", body);
  }

  private String put(String path, String... arguments) throws Exception {
    String answer =
        curl(
            "object/" + path,
            Stream.concat(Stream.of("-T", sent), Stream.of(arguments)).toArray(String[]::new));
    assertThat(answer).startsWith("{\"status\":\"created\"").endsWith(" 201");
    Matcher tag = E_TAG.matcher(answer);
    assertThat(tag.find()).as(answer).isTrue();
    return tag.group(1);
  }

  private byte[] get(String path, String... arguments) throws Exception {
    String answer =
        curl(
            "object/" + path,
            Stream.concat(Stream.of("-o", received.toString()), Stream.of(arguments))
                .toArray(String[]::new));
    assertThat(answer).isIn(" 200", " 206");
    return Files.readAllBytes(received);
  }

  @Test
  void anObjectIsWrittenReadDescribedAndDeleted() throws Exception {
    // When
    String tag = put("a/b.txt", "-H", "X-Meta-Owner: me", "-H", "Cache-Control: no-store");

    // Then
    assertThat(get("a/b.txt")).isEqualTo(TEXT);
    assertThat(curl("object/a/b.txt", "-I").replace("\r", "").toLowerCase(Locale.ROOT))
        .contains(
            "http/1.1 200",
            "etag: \"" + tag + "\"",
            "content-type: text/plain",
            "content-length: " + TEXT.length,
            "x-object-size: " + TEXT.length,
            "x-meta-owner: me",
            "cache-control: no-store",
            "accept-ranges: bytes");
    assertThat(curl("object/a/b.txt", "-X", "DELETE"))
        .isEqualTo("{\"status\":\"deleted\",\"path\":\"a/b.txt\"} 200");
    assertThat(curl("object/a/b.txt")).contains("\"NOT_FOUND\"").endsWith(" 404");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/json"
      })
  void aBodyIsNeverReadAsAForm(String type) throws Exception {
    // Given
    byte[] form = "a=1&b=%zz&c\r\n--x\r\n{\"d\":".getBytes(StandardCharsets.UTF_8);
    Files.write(Path.of(sent), form);

    // When
    put("form", "-H", "Content-Type: " + type);

    // Then
    assertThat(get("form", "-D", folder.resolve("head").toString())).isEqualTo(form);
    assertThat(Files.readString(folder.resolve("head"))).contains(type);
  }

  @Test
  void aBodyOfUnknownLengthIsTaken() throws Exception {
    // When: curl reads its standard input, and sends it in chunks
    String answer =
        run(
            List.of(
                "sh",
                "-c",
                "head -c 3000000 /dev/zero | curl -sS -T - http://127.0.0.1:"
                    + sidecar.port()
                    + "/storage/object/chunked"));

    // Then
    assertThat(answer).contains("\"size\":3000000");
    assertThat(get("chunked")).isEqualTo(new byte[3_000_000]);
  }

  @Test
  void conditionsAreKept() throws Exception {
    // Given
    String tag = put("c");

    // Then
    assertThat(curl("object/c", "-H", "If-None-Match: \"" + tag + "\"")).isEqualTo(" 304");
    assertThat(get("c", "-R")).isEqualTo(TEXT);
    assertThat(curl("object/c", "-z", received.toString())).isEqualTo(" 304");
    assertThat(curl("object/c", "-H", "If-Match: \"other\"")).endsWith(" 412");
    assertThat(curl("object/c", "-T", sent, "-H", "If-None-Match: *")).endsWith(" 412");
    assertThat(curl("object/c", "-T", sent, "-H", "If-Match: \"" + tag + "\"")).endsWith(" 201");
    assertThat(curl("object/c", "-X", "DELETE", "-H", "If-Match: \"other\"")).endsWith(" 412");
    assertThat(get("c")).isEqualTo(TEXT);
  }

  @Test
  void aPartIsReadAndABrokenDownloadResumed() throws Exception {
    // Given
    put("r");

    // Then
    assertThat(get("r", "-r", "2-5")).isEqualTo(Arrays.copyOfRange(TEXT, 2, 6));
    assertThat(get("r", "-r", "-5"))
        .isEqualTo(Arrays.copyOfRange(TEXT, TEXT.length - 5, TEXT.length));
    assertThat(curl("object/r", "-r", "99999-")).endsWith(" 416");

    // When
    Files.write(received, Arrays.copyOf(TEXT, 5000));

    // Then
    assertThat(get("r", "-C", "-")).isEqualTo(TEXT);
  }

  @Test
  void textIsCompressedOnTheWay() throws Exception {
    // Given
    put("t.txt");

    // When
    String size =
        curl(
            "object/t.txt",
            "-o",
            "/dev/null",
            "-H",
            "Accept-Encoding: gzip",
            "-w",
            "%{size_download}");

    // Then
    assertThat(Integer.parseInt(size)).isLessThan(TEXT.length / 10);
    assertThat(get("t.txt", "--compressed")).isEqualTo(TEXT);
  }

  @Test
  void checksumsAreCompared() throws Exception {
    // Given
    byte[] md5 = ContentHash.newDigest("MD5").digest(TEXT);
    byte[] sha = ContentHash.newDigest("SHA-256").digest(TEXT);

    // Then
    put("s", "-H", "Content-MD5: " + Base64.getEncoder().encodeToString(md5));
    put("s", "-H", "X-Checksum-SHA256: " + HexFormat.of().formatHex(sha));
    sha[0]++;
    assertThat(
            curl(
                "object/wrong",
                "-T",
                sent,
                "-H",
                "X-Checksum-SHA256: " + HexFormat.of().formatHex(sha)))
        .contains("X-Checksum-SHA256")
        .endsWith(" 400");
    assertThat(curl("object/wrong", "-I")).endsWith(" 404");
  }

  @Test
  void objectsAreListedCopiedMovedAndDeletedTogether() throws Exception {
    // Given
    put("l/1%20%C3%A9");
    put("l/d/2");

    // Then
    assertThat(curl("list/l/?delimiter=/"))
        .contains("\"location\":\"l/1 é\",\"size\":" + TEXT.length, "\"prefixes\":[\"l/d/\"]")
        .endsWith("\"next_offset\":null} 200");
    assertThat(json("copy", "{\"from\":\"l/d/2\",\"to\":\"l/3\"}"))
        .isEqualTo("{\"status\":\"copied\",\"path\":\"l/3\"} 200");
    assertThat(json("move", "{\"from\":\"l/3\",\"to\":\"l/4\"}"))
        .isEqualTo("{\"status\":\"moved\",\"path\":\"l/4\"} 200");
    assertThat(get("l/4")).isEqualTo(TEXT);
    assertThat(json("delete/batch", "{\"paths\":[\"l/1 é\",\"l/d/2\",\"l/3\",\"l/4\"]}"))
        .startsWith("{\"deleted\":3,")
        .contains("{\"path\":\"l/3\",\"status\":\"not_found\"}");
    assertThat(curl("list/l/")).startsWith("{\"objects\":[],");
  }

  @Test
  void aSignedUrlIsAll() throws Exception {
    // Given
    put("signed");
    Matcher url =
        Pattern.compile("\"url\":\"([^\"]+)\"")
            .matcher(json("sign/signed", "{\"method\":\"GET\",\"expires_in\":60}"));
    assertThat(url.find()).isTrue();

    // When
    run(List.of("curl", "-sSf", "-o", received.toString(), url.group(1)));

    // Then
    assertThat(Files.readAllBytes(received)).isEqualTo(TEXT);
  }

  @Test
  void theUnixSocketServesTheSame() throws Exception {
    // Given
    String socket = sidecar.socket().orElseThrow().toString();

    // When
    String created = curl("object/u", "--unix-socket", socket, "-T", sent);

    // Then
    assertThat(created).endsWith(" 201");
    assertThat(get("u", "--unix-socket", socket)).isEqualTo(TEXT);
    assertThat(get("u")).isEqualTo(TEXT);
  }
}
