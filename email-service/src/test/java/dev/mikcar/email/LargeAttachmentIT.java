package dev.mikcar.email;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.email.smtp.FaultySmtpServer;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An attachment of 25 MiB, in a process whose heap is small. */
class LargeAttachmentIT {
  private static final String HEAP = "-Xmx256m";

  @Test
  void arrivesByteForByteInASmallHeap() throws Exception {
    // Given
    byte[] bytes = new byte[25 << 20];
    new Random(25).nextBytes(bytes);
    ObjectNode message = Bodies.message();
    message
        .putArray("attachments")
        .addObject()
        .put("content", Base64.getEncoder().encodeToString(bytes));
    try (FaultySmtpServer server = new FaultySmtpServer();
        SidecarProcess email =
            SidecarProcess.builder()
                .env("EMAIL_URL", "smtp://127.0.0.1:" + server.port() + "?starttls=disabled")
                .env("MAX_BODY_SIZE", "36M")
                .jvm(HEAP)
                .start()
                .awaitReady()) {
      server.answer(line -> line.startsWith("EHLO") ? "250-here\r\n250 SIZE 50000000" : "");

      for (int i = 0; i < 3; i++) {
        server.accepted().clear();

        // When
        Response answer = Bodies.send(email.client(), message);

        // Then
        assertThat(answer.status()).as(answer + email.log()).isEqualTo(200);
        String arrived = server.accepted().getFirst();
        String encoded = arrived.substring(arrived.lastIndexOf("base64"));
        String content =
            encoded.substring(encoded.indexOf("\r\n\r\n") + 4, encoded.indexOf("\r\n--"));
        assertThat(Base64.getMimeDecoder().decode(content)).isEqualTo(bytes);
      }
    }
  }
}
