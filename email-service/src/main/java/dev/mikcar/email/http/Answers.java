package dev.mikcar.email.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.mail.Attachment;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailAddress;
import dev.mikcar.email.mail.Outbox;
import dev.mikcar.email.mail.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON answers, their fields in the order of docs/email.md. */
final class Answers {
  private Answers() {}

  /** A message was accepted. */
  @Schema(name = "EmailSent")
  record Sent(
      String id,
      boolean success,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> suppressed) {
    static Sent of(Outcome.Sent sent) {
      return new Sent(sent.id(), true, sent.suppressed());
    }
  }

  /**
   * What became of the messages of a batch; each result has the fields that it has something for.
   */
  @Schema(name = "EmailBatchResult")
  record Batch(int sent, int failed, List<Map<String, Object>> results) {
    static Batch of(List<Outcome> outcomes) {
      int sent = (int) outcomes.stream().filter(Outcome.Sent.class::isInstance).count();
      return new Batch(
          sent, outcomes.size() - sent, outcomes.stream().map(Answers::result).toList());
    }
  }

  private static Map<String, Object> result(Outcome outcome) {
    Map<String, Object> result = new LinkedHashMap<>();
    switch (outcome) {
      case Outcome.Sent(String id, List<String> suppressed) -> {
        result.put("success", true);
        result.put("message_id", id);
        if (!suppressed.isEmpty()) {
          result.put("suppressed", suppressed);
        }
      }
      case Outcome.Failed(ApiException why) -> {
        result.put("success", false);
        result.put("error", why.getMessage());
        result.put("code", why.code());
        result.putAll(why.fields());
      }
    }
    return result;
  }

  /** What the outbox holds. */
  @Schema(name = "EmailOutbox")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Kept(List<KeptMessage> emails, long dropped) {
    static Kept of(Outbox.Content content) {
      return new Kept(content.mails().stream().map(KeptMessage::of).toList(), content.dropped());
    }
  }

  /** A message that would have been sent, in the fields of a request. */
  @Schema(name = "EmailKept")
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record KeptMessage(
      String id,
      String date,
      String from,
      List<String> to,
      List<String> cc,
      List<String> bcc,
      @JsonInclude String subject,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String text,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String html,
      List<String> replyTo,
      Map<String, String> headers,
      List<String> listUnsubscribe,
      List<KeptFile> attachments) {
    static KeptMessage of(Mail mail) {
      return new KeptMessage(
          mail.id(),
          mail.date().toString(),
          mail.from().toString(),
          texts(mail.to()),
          texts(mail.cc()),
          texts(mail.bcc()),
          mail.subject(),
          mail.text(),
          mail.html(),
          texts(mail.replyTo()),
          mail.headers(),
          mail.unsubscribe(),
          mail.attachments().stream().map(KeptFile::of).toList());
    }

    private static List<String> texts(List<MailAddress> addresses) {
      return addresses.stream().map(MailAddress::toString).toList();
    }
  }

  /** A file of such a message. */
  @Schema(name = "EmailKeptAttachment")
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record KeptFile(
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String filename,
      @Schema(type = SchemaType.STRING) byte[] content,
      String contentType,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String contentId) {
    static KeptFile of(Attachment file) {
      return new KeptFile(
          file.filename(), file.content(), file.contentType(), file.contentId().orElse(null));
    }
  }

  /** The outbox was emptied. */
  @Schema(name = "EmailDeleted")
  record Deleted(String status, int deleted) {}
}
