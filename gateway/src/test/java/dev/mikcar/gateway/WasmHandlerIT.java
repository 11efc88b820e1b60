package dev.mikcar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What mikcar is for: a WebAssembly component that keeps its data in the sidecar beside it. */
class WasmHandlerIT {
  private static final String TOKEN = "wasm-handler-token";

  private static Path folder;
  private static SidecarProcess sidecar;
  private static WasmHandler handler;

  @BeforeAll
  static void start(@TempDir Path temporary) {
    folder = temporary;
    Path built = WasmHandler.build();
    sidecar = sidecar("0").start().awaitReady();
    handler =
        WasmHandler.serve(
            built,
            Map.of("MIKCAR_URL", "http://127.0.0.1:" + sidecar.port(), "MIKCAR_TOKEN", TOKEN));
  }

  @AfterAll
  static void stop() {
    try {
      if (handler != null) {
        handler.close();
      }
    } finally {
      if (sidecar != null) {
        sidecar.close();
      }
    }
  }

  /** After a test that stopped it. */
  @BeforeEach
  void haveASidecar() {
    if (!sidecar.isAlive()) {
      restart();
    }
  }

  @Test
  void itsRoutesAreListed() {
    // When
    Response answer = client().get("/");

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .contains("GET /notes", "PUT /notes/{name}", "DELETE /notes/{name}", "POST /visits/{page}");
  }

  @Test
  void aNoteComesBackByteForByteWithItsType() {
    // Given
    byte[] bytes = new byte[256];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) i);
    Response put = client().with("Content-Type", "image/x-test").put("/notes/binary", bytes);

    // When
    Response get = client().get("/notes/binary");

    // Then
    assertThat(put.status()).as(put.toString()).isEqualTo(201);
    assertThat(put.text()).isEqualTo("{\"name\":\"binary\",\"size\":256}");
    assertThat(get.status()).isEqualTo(200);
    assertThat(get.body()).isEqualTo(bytes);
    assertThat(get.header("Content-Type")).contains("image/x-test");
    assertThat(get.header("ETag")).isPresent().isEqualTo(put.header("ETag"));
  }

  @Test
  void aLargeNoteComesBackByteForByte() {
    // Given
    byte[] bytes = new byte[1 << 20];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) (i * 31 + i / 251));
    client().put("/notes/large", bytes);

    // When
    Response get = client().get("/notes/large");

    // Then
    assertThat(get.body()).isEqualTo(bytes);
  }

  @Test
  void aPhotoComesBackByteForByteAndIsWrittenOnce() {
    // Given
    byte[] bytes = new byte[1 << 20];
    IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) (i * 17 + i / 253));
    Response put = client().with("Content-Type", "image/x-test").put("/photos/mine.raw", bytes);

    // When
    Response get = client().get("/photos/mine.raw");
    Response again = client().put("/photos/mine.raw", "another");

    // Then
    assertThat(put.status()).as(put.toString()).isEqualTo(201);
    assertThat(put.text()).isEqualTo("{\"name\":\"mine.raw\",\"size\":1048576}");
    assertThat(get.body()).isEqualTo(bytes);
    assertThat(get.header("Content-Type")).contains("image/x-test");
    assertThat(get.header("ETag")).isPresent().isEqualTo(put.header("ETag"));
    assertThat(again.status()).isEqualTo(412);
    assertThat(direct().get("/storage/object/photos%2Fmine.raw").body()).isEqualTo(bytes);
  }

  @Test
  void aNoteMayHaveAnyName() {
    // Given
    String name = "größe/🚗 a+b?";
    String path = "/notes/" + encoded(name);
    client().put(path, "wide");

    // When
    Response get = client().get(path);

    // Then
    assertThat(get.text()).isEqualTo("wide");
    assertThat(client().get("/notes").text()).contains("\"" + name + "\"");
    assertThat(direct().get("/kv/get/notes/" + encoded(name)).text()).isEqualTo("wide");
  }

  @Test
  void notesAreListedAndDeleted() {
    // Given
    client().put("/notes/gone", "soon");
    client().put("/notes/stays", "for long");

    // When
    Response deleted = client().delete("/notes/gone");

    // Then
    assertThat(deleted.text()).isEqualTo("{\"name\":\"gone\",\"deleted\":true}");
    assertThat(client().get("/notes").text()).contains("\"stays\"").doesNotContain("\"gone\"");
  }

  @Test
  void aNoteThatIsNotThereIsNotFound() {
    // When
    Response answer = client().get("/notes/missing");

    // Then
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("\"code\":\"NOT_FOUND\"", "\"trace_id\":");
  }

  @Test
  void aNoteThatIsNotThereIsNotDeleted() {
    // When
    Response answer = client().delete("/notes/missing");

    // Then
    assertThat(answer.text()).isEqualTo("{\"name\":\"missing\",\"deleted\":false}");
  }

  @Test
  void aMethodThatIsNotTakenIsRefused() {
    // When
    Response answer = client().post("/notes/a", "x");

    // Then
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("Allow")).isPresent();
  }

  @Test
  void everyVisitCountsOnce() throws Exception {
    // Given
    List<Callable<Response>> visits =
        IntStream.range(0, 20)
            .<Callable<Response>>mapToObj(i -> () -> client().post("/visits/home", ""))
            .toList();

    // When
    List<Future<Response>> answers;
    try (ExecutorService visitors = Executors.newVirtualThreadPerTaskExecutor()) {
      answers = visitors.invokeAll(visits);
    }

    // Then
    assertThat(
            answers.stream().map(answer -> answer.resultNow().text()).collect(Collectors.toSet()))
        .isEqualTo(
            IntStream.rangeClosed(1, 20)
                .mapToObj(i -> "{\"page\":\"home\",\"visits\":" + i + "}")
                .collect(Collectors.toSet()));
    assertThat(direct().get("/kv/get/visits/home").text()).isEqualTo("20");
  }

  @Test
  void moneyMovesWholeOrNotAtAll() {
    // Given
    HttpClient sql = direct().with("Content-Type", "application/json");
    sql.post(
        "/sql/execute", "{\"sql\":\"CREATE TABLE account (id text PRIMARY KEY, balance int)\"}");
    sql.post(
        "/sql/tables/account", "[{\"id\":\"ann\",\"balance\":100},{\"id\":\"bob\",\"balance\":0}]");

    // When
    Response moved = client().post("/transfers", "{\"from\":\"ann\",\"to\":\"bob\",\"amount\":30}");
    Response tooMuch =
        client().post("/transfers", "{\"from\":\"ann\",\"to\":\"bob\",\"amount\":71}");
    Response toNobody =
        client().post("/transfers", "{\"from\":\"ann\",\"to\":\"eve\",\"amount\":1}");

    // Then
    assertThat(moved.text())
        .isEqualTo(
            "{\"accounts\":[{\"id\":\"ann\",\"balance\":70},{\"id\":\"bob\",\"balance\":30}]}");
    assertThat(tooMuch.status()).isEqualTo(400);
    assertThat(tooMuch.text()).contains("\"code\":\"SCRIPT_ERROR\"", "too little");
    assertThat(toNobody.status()).isEqualTo(400);
    assertThat(sql.get("/sql/tables/account").text())
        .contains("{\"id\":\"ann\",\"balance\":70},{\"id\":\"bob\",\"balance\":30}");
  }

  @Test
  void aNoteIsMailed() {
    // Given
    client().put("/notes/mailed", "milk, bread");

    // When
    Response answer = client().post("/mails", "{\"to\":\"bob@example.org\",\"note\":\"mailed\"}");
    Response missing = client().post("/mails", "{\"to\":\"bob@example.org\",\"note\":\"none\"}");
    Response nobody = client().post("/mails", "{\"to\":\"bob\",\"note\":\"mailed\"}");

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(202);
    assertThat(answer.text()).startsWith("{\"id\":\"<");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(nobody.status()).isEqualTo(400);
    assertThat(direct().get("/email/outbox").text())
        .contains(
            "\"to\":[\"bob@example.org\"],\"subject\":\"Note mailed\",\"text\":\"milk, bread\"");
  }

  @Test
  void notesSurviveThatTheSidecarIsKilled() {
    // Given
    List<String> names = IntStream.range(0, 10).mapToObj(i -> "/notes/survivor-" + i).toList();
    names.forEach(name -> client().put(name, "note of " + name));

    // When
    sidecar.kill();
    restart();

    // Then
    assertThat(names)
        .allSatisfy(name -> assertThat(client().get(name).text()).isEqualTo("note of " + name));
  }

  @Test
  void withoutTheSidecarTheAnswerIs502AndThenAllIsWellAgain() {
    // Given
    client().put("/notes/patient", "waits");
    sidecar.kill();

    // When
    Response answer = client().get("/notes/patient");

    // Then
    assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
    assertThat(answer.text()).contains("\"code\":\"SIDECAR_UNREACHABLE\"").doesNotContain(TOKEN);

    // When
    restart();

    // Then
    assertThat(client().get("/notes/patient").text()).isEqualTo("waits");
  }

  private static HttpClient client() {
    return handler.client();
  }

  private static HttpClient direct() {
    return sidecar.client().with("Authorization", "Bearer " + TOKEN);
  }

  private static void restart() {
    String port = Integer.toString(sidecar.port());
    sidecar.close();
    sidecar = sidecar(port).start().awaitReady();
  }

  private static SidecarProcess.Builder sidecar(String port) {
    return SidecarProcess.builder()
        .args("--kv", "--storage", "--sql", "--email")
        .env("STORAGE_URL", "file://" + folder.resolve("storage"))
        .env("KV_URL", "file://" + folder.resolve("kv"))
        .env("DATABASE_URL", "sqlite://" + folder.resolve("sql.db"))
        .env("SIDECAR_TOKEN", TOKEN)
        .env("HOST", "127.0.0.1")
        .env("PORT", port);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
