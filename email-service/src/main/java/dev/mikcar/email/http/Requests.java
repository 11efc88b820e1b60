package dev.mikcar.email.http;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The JSON bodies; {@link MailReader} says what is wrong with them. The names are given here too,
 * for the description of the API.
 */
final class Requests {
  private Requests() {}

  /** A message. */
  @Schema(name = "EmailMessage", requiredProperties = "subject")
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Message(
      @Schema(examples = "Ann <ann@example.org>") @Nullable String from,
      @Nullable List<@Nullable String> to,
      @Nullable List<@Nullable String> cc,
      @Nullable List<@Nullable String> bcc,
      @Nullable String subject,
      @Nullable String text,
      @Nullable String html,
      @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          @Nullable List<@Nullable String> replyTo,
      @Nullable Map<String, @Nullable String> headers,
      @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          @Nullable List<@Nullable String> listUnsubscribe,
      @Nullable List<@Nullable File> attachments) {}

  /** A file of a message, or an image that its HTML shows. */
  @Schema(name = "EmailAttachment", requiredProperties = "content")
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record File(
      @Nullable String filename,
      @JsonDeserialize(using = Base64Content.class) @Schema(type = SchemaType.STRING)
          byte @Nullable [] content,
      @Nullable String contentType,
      @Nullable String contentId) {}

  /** Many messages, each read for itself: one that cannot be read does not stop the others. */
  record Batch(@Nullable List<JsonNode> emails) {}

  /** {@link Batch} as it is described. */
  @Schema(name = "EmailBatch", requiredProperties = "emails")
  record BatchOfMessages(@Schema(maxItems = 500) List<Message> emails) {}
}
