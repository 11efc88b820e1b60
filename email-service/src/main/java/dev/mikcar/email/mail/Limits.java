package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How large a message may be.
 *
 * @param bytes of its texts and attachments together, before they are encoded
 * @param recipients in to, cc and bcc together
 * @param attachments files and inline images together
 */
public record Limits(long bytes, int recipients, int attachments) {
  /**
   * Passes a message that is not larger.
   *
   * @throws ApiException 400 or 413, naming the fields, when the message is larger
   */
  public void check(Mail mail) {
    int addressed = mail.to().size() + mail.cc().size() + mail.bcc().size();
    if (addressed > recipients) {
      throw new ApiException.BadRequest(
          "the fields 'to', 'cc' and 'bcc' have together more than "
              + recipients
              + " addresses, EMAIL_MAX_RECIPIENTS");
    }
    if (mail.attachments().size() > attachments) {
      throw new ApiException.BadRequest(
          "field 'attachments' has more than " + attachments + ", EMAIL_MAX_ATTACHMENTS");
    }
    long size = length(mail.text()) + length(mail.html());
    for (Attachment attachment : mail.attachments()) {
      size += attachment.content().length;
    }
    if (size > bytes) {
      throw new ApiException.OfService(
          413,
          "PAYLOAD_TOO_LARGE",
          "the fields 'text', 'html' and 'attachments' have together more than "
              + bytes
              + " bytes, EMAIL_MAX_SIZE",
          Map.of());
    }
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
  }
}
