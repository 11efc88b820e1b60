package dev.mikcar.email.mime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.email.Mails;
import dev.mikcar.email.mail.Attachment;
import dev.mikcar.email.mail.Mail;
import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class MimeRenderingTest {
  private static final byte[] BYTES = {0, 1, '\r', '\n', '.', '\n', (byte) 0xFF};

  private static byte[] bytes(Mail mail) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MimeRendering.write(mail, out);
    return out.toByteArray();
  }

  private static MimeMessage parsed(byte[] message) throws Exception {
    return new MimeMessage(
        Session.getInstance(new Properties()), new ByteArrayInputStream(message));
  }

  @Test
  void anyScriptComesBack() throws Exception {
    // Given
    String subject = "Grüße 👋 ".repeat(20).strip();
    Mail mail = Mails.mail(subject, "Zeile\nحرف\n.\n", null, List.of(), "Zoë <zoe@bücher.example>");

    // When
    byte[] bytes = bytes(mail);

    // Then
    MimeMessage message = parsed(bytes);
    assertThat(message.getSubject()).isEqualTo(subject);
    assertThat(message.getContent().toString()).isEqualTo("Zeile\r\nحرف\r\n.\r\n");
    assertThat(message.getAllRecipients()[0].toString()).contains("zoe@xn--bcher-kva.example");
    assertThat(message.getMessageID()).isEqualTo(mail.id());
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
        .doesNotContain("secret@")
        .matches("(?s)[\\x00-\\x7F]*")
        .doesNotContainPattern("[^\r]\n");
  }

  @Test
  void filesAndImagesStandWhereTheyBelong() throws Exception {
    // Given
    Attachment file =
        new Attachment("résumé \"1\".bin", BYTES, "application/octet-stream", Optional.empty());
    Attachment image = new Attachment("", BYTES, "image/png", Optional.of("logo@x"));
    Mail mail = Mails.mail("s", "text", "<img src='cid:logo@x'>", List.of(file, image), "a@b.org");

    // When
    MimeMessage message = parsed(bytes(mail));

    // Then
    MimeMultipart mixed = (MimeMultipart) message.getContent();
    MimeMultipart alternative = (MimeMultipart) mixed.getBodyPart(0).getContent();
    MimeMultipart related = (MimeMultipart) alternative.getBodyPart(1).getContent();
    BodyPart last = mixed.getBodyPart(1);
    assertThat(message.getContentType()).startsWith("multipart/mixed");
    assertThat(mixed.getBodyPart(0).getContentType()).startsWith("multipart/alternative");
    assertThat(related.getBodyPart(1).getHeader("Content-ID")).containsExactly("<logo@x>");
    assertThat(related.getBodyPart(1).getInputStream().readAllBytes()).isEqualTo(BYTES);
    assertThat(last.getInputStream().readAllBytes()).isEqualTo(BYTES);
  }
}
