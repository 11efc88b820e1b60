package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.email.smtp.FaultySmtpServer;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** EMAIL_SUPPRESS and EMAIL_DKIM_… of a process: who gets nothing, and that it is signed. */
class SuppressIT {
  @Test
  void whoWantsNoMailGetsNoneAndItIsSaid(@TempDir Path folder) throws IOException {
    // Given
    Path list = folder.resolve("suppress.txt");
    Files.writeString(list, "bob@example.org\n");
    Certificates.openssl(folder, "genpkey", "-algorithm", "ed25519", "-out", "key.pem");
    try (FaultySmtpServer server = new FaultySmtpServer();
        SidecarProcess email =
            SidecarProcess.builder()
                .env("EMAIL_URL", "smtp://127.0.0.1:" + server.port() + "?starttls=disabled")
                .env("EMAIL_SUPPRESS", list.toString())
                .env("EMAIL_DKIM_DOMAIN", "example.org")
                .env("EMAIL_DKIM_SELECTOR", "mail2026")
                .env("EMAIL_DKIM_KEY_FILE", folder.resolve("key.pem").toString())
                .start()
                .awaitReady()) {
      ObjectNode both = Bodies.message();
      both.putArray("cc").add("Carol <carol@example.org>");

      // When
      Response alone = Bodies.send(email.client(), Bodies.message());
      Response some = Bodies.send(email.client(), both);
      Response batch =
          Bodies.sendBatch(
              email.client(), Bodies.batch(Bodies.message(), both, Bodies.to("dan@example.org")));
      Files.writeString(list, "");
      Response later = Bodies.send(email.client(), Bodies.message());

      // Then
      assertThat(alone.status()).as(alone.toString()).isEqualTo(409);
      assertThat(alone.text())
          .contains("\"code\":\"EMAIL_SUPPRESSED\"", "\"suppressed\":[\"bob@example.org\"]");
      assertThat(some.status()).as(some.toString()).isEqualTo(200);
      assertThat(some.text()).endsWith(",\"success\":true,\"suppressed\":[\"bob@example.org\"]}");
      JsonNode results = Bodies.json(batch).get("results");
      assertThat(results.get(0).get("code").asText()).isEqualTo("EMAIL_SUPPRESSED");
      assertThat(results.get(1).get("suppressed").toString()).isEqualTo("[\"bob@example.org\"]");
      assertThat(results.get(2).has("suppressed")).isFalse();
      assertThat(later.status()).isEqualTo(200);
      assertThat(server.accepted()).hasSize(4);
      assertThat(server.accepted().getFirst())
          .contains("carol@example.org")
          .doesNotContain("bob@example.org");
      assertThat(server.commands().stream().filter("RCPT TO:<bob@example.org>"::equals)).hasSize(1);
      assertThat(server.accepted())
          .allMatch(
              m ->
                  m.startsWith(
                      "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/simple; d=example.org; s=mail2026;"));
    }
  }

  @Test
  void settingsThatCannotBeUsedStopTheStart(@TempDir Path folder) throws IOException {
    // Given
    Files.writeString(folder.resolve("key.pem"), "no key");
    Map<String, Map<String, String>> all =
        Map.of(
            "EMAIL_SUPPRESS", Map.of("EMAIL_SUPPRESS", "/no/such/file"),
            "EMAIL_DKIM_KEY_FILE", Map.of("EMAIL_DKIM_DOMAIN", "example.org"),
            "EMAIL_MAX_RECIPIENTS", Map.of("EMAIL_MAX_RECIPIENTS", "0"),
            "EMAIL_OAUTH_TOKEN_URL", Map.of("EMAIL_OAUTH_CLIENT_ID", "x"),
            "EMAIL_URL", Map.of("EMAIL_URL", "smtp://u:pw-s3cret@h?nope=1"));

    all.forEach(
        (variable, settings) -> {
          // When
          SidecarProcess.Builder process = SidecarProcess.builder();
          settings.forEach(process::env);
          SidecarProcess.Exit exit = process.run();

          // Then
          assertThat(exit.code()).as(exit.toString()).isEqualTo(2);
          assertThat(exit.err()).contains("mikcar: " + variable + ": ").doesNotContain("pw-s3cret");
        });
  }
}
