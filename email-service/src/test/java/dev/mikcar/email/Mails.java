package dev.mikcar.email;

import dev.mikcar.email.mail.Attachment;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Messages of the tests. */
public final class Mails {
  private Mails() {}

  /** A short one from ann@example.org. */
  public static Mail to(String... recipients) {
    return mail("Subject", "text", null, List.of(), recipients);
  }

  public static Mail mail(
      String subject,
      @Nullable String text,
      @Nullable String html,
      List<Attachment> attachments,
      String... recipients) {
    return new Mail(
        "<" + UUID.randomUUID() + "@example.org>",
        Instant.parse("2026-01-02T03:04:05Z"),
        MailAddress.parse("from", "Änn <ann@example.org>"),
        Stream.of(recipients).map(r -> MailAddress.parse("to", r)).toList(),
        List.of(),
        List.of(MailAddress.parse("bcc", "secret@example.org")),
        List.of(),
        subject,
        text,
        html,
        Map.of(),
        List.of(),
        attachments);
  }
}
