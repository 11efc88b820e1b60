package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Before Mailpit, which people run on their machines; skipped where it is not on the path. */
class MailpitIT {
  private static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "mailpit"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  @Test
  void whatIsSentIsWhatItShows(@TempDir Path folder) throws Exception {
    // Given
    Optional<Path> mailpit = program();
    assumeTrue(mailpit.isPresent(), "mailpit is not on the path");
    int smtp = freePort();
    int web = freePort();
    Process process =
        new ProcessBuilder(
                mailpit.get().toString(),
                "--smtp",
                "127.0.0.1:" + smtp,
                "--listen",
                "127.0.0.1:" + web,
                "--database",
                folder.resolve("mail.db").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    HttpClient api = HttpClient.tcp("127.0.0.1", web);
    try (SidecarProcess email =
        SidecarProcess.builder()
            .env("EMAIL_URL", "smtp://127.0.0.1:" + smtp + "?starttls=disabled")
            .start()) {
      Await.until("Mailpit answers", Duration.ofSeconds(30), () -> answers(api));
      byte[] bytes = new byte[100_000];
      new Random(5).nextBytes(bytes);
      ObjectNode message =
          Bodies.message().put("subject", "Grüße 👋").put("html", "<p>Dear Bob</p>");
      message.putArray("bcc").add("secret@example.org");
      message
          .withArray("attachments")
          .addObject()
          .put("filename", "größe.bin")
          .put("content", Base64.getEncoder().encodeToString(bytes));

      // When
      Response answer = Bodies.send(email.client(), message);

      // Then
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      JsonNode all = Bodies.json(api.get("/api/v1/messages"));
      assertThat(all.get("total").asInt()).isEqualTo(1);
      JsonNode seen = Bodies.json(api.get("/api/v1/message/" + all.at("/messages/0/ID").asText()));
      assertThat("<" + seen.get("MessageID").asText() + ">")
          .isEqualTo(Bodies.json(answer).get("id").asText());
      assertThat(seen.get("Subject").asText()).isEqualTo("Grüße 👋");
      assertThat(seen.at("/From/Name").asText()).isEqualTo("Ann");
      assertThat(seen.at("/To/0/Address").asText()).isEqualTo("bob@example.org");
      assertThat(seen.get("Text").asText().strip()).isEqualTo("Dear Bob");
      assertThat(seen.get("HTML").asText()).contains("<p>Dear Bob</p>");
      assertThat(seen.at("/Attachments/0/FileName").asText()).isEqualTo("größe.bin");
      String part =
          "/api/v1/message/"
              + seen.get("ID").asText()
              + "/part/"
              + seen.at("/Attachments/0/PartID").asText();
      assertThat(api.get(part).body()).isEqualTo(bytes);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static boolean answers(HttpClient api) {
    try {
      return api.get("/api/v1/messages").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }
}
