package dev.mikcar.email.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.error.ErrorTranslator;
import dev.mikcar.email.mail.Attachment;
import dev.mikcar.email.mail.HeaderField;
import dev.mikcar.email.mail.Limits;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailAddress;
import dev.mikcar.email.mail.SingleLine;
import dev.mikcar.email.mail.Submission;
import dev.mikcar.email.mail.UnsubscribeAddress;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages from JSON. What is wrong is said as {@link ApiException}, naming the field. For
 * use by many at once.
 *
 * @param from the sender of messages that name none; empty: they have to
 */
record MailReader(ObjectMapper json, Limits limits, Optional<MailAddress> from) {
  /** The most messages of a batch. */
  static final int MOST = 500;

  /** A message. */
  Mail one(Buffer body) {
    return mail(required(read(body, Requests.Message.class)));
  }

  /** The messages of a batch, in their order. */
  List<Submission> batch(Buffer body) {
    List<JsonNode> emails = required(read(body, Requests.Batch.class)).emails();
    if (emails == null) {
      throw new ApiException.BadRequest("field 'emails' is missing");
    }
    if (emails.size() > MOST) {
      throw new ApiException.BadRequest("field 'emails' has more than " + MOST);
    }
    return emails.stream().map(this::submission).toList();
  }

  private Submission submission(JsonNode email) {
    try {
      return new Submission.Good(mail(required(json.treeToValue(email, Requests.Message.class))));
    } catch (ApiException e) {
      return new Submission.Bad(e);
    } catch (IOException e) {
      return new Submission.Bad(ErrorTranslator.translate(e));
    }
  }

  private <T> @Nullable T read(Buffer body, Class<T> type) {
    try {
      return body.length() == 0 ? null : json.readValue(new BodyStream(body), type);
    } catch (IOException e) {
      throw ErrorTranslator.translate(e);
    }
  }

  private static <T> T required(@Nullable T body) {
    if (body == null) {
      throw new ApiException.JsonError("the body must be an object");
    }
    return body;
  }

  private Mail mail(Requests.Message message) {
    MailAddress sender = sender(message.from());
    Mail mail =
        new Mail(
            "<" + UUID.randomUUID() + "@" + sender.domain() + ">",
            Instant.now(),
            sender,
            addresses("to", message.to()),
            addresses("cc", message.cc()),
            addresses("bcc", message.bcc()),
            addresses("reply_to", message.replyTo()),
            subject(message.subject()),
            text("text", message.text()),
            text("html", message.html()),
            headers(message.headers()),
            strings("list_unsubscribe", message.listUnsubscribe()).stream()
                .map(UnsubscribeAddress::parse)
                .toList(),
            attachments(message.attachments()));
    if (mail.recipients().isEmpty()) {
      throw new ApiException.BadRequest("one of the fields 'to', 'cc' and 'bcc' is needed");
    }
    if (mail.text() == null && mail.html() == null && mail.attachments().isEmpty()) {
      throw new ApiException.BadRequest(
          "one of the fields 'text', 'html' and 'attachments' is needed");
    }
    limits.check(mail);
    return mail;
  }

  private static Map<String, String> headers(@Nullable Map<String, @Nullable String> given) {
    return given == null ? Map.of() : HeaderField.parse(given);
  }

  private MailAddress sender(@Nullable String given) {
    if (given != null) {
      return MailAddress.parse("from", given);
    }
    return from.orElseThrow(() -> new ApiException.BadRequest("field 'from' is missing"));
  }

  private static String subject(@Nullable String subject) {
    if (subject == null) {
      throw new ApiException.BadRequest("field 'subject' is missing");
    }
    HeaderField.requireValue("subject", subject);
    return subject;
  }

  private static @Nullable String text(String field, @Nullable String text) {
    if (text != null) {
      SingleLine.requireUnicode(field, text);
    }
    return text;
  }

  private static List<MailAddress> addresses(String field, @Nullable List<@Nullable String> given) {
    List<String> texts = strings(field, given);
    List<MailAddress> addresses = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      addresses.add(MailAddress.parse(field + "[" + i + "]", texts.get(i)));
    }
    return addresses;
  }

  private static List<String> strings(String field, @Nullable List<@Nullable String> given) {
    List<String> texts = new ArrayList<>();
    for (String text : given == null ? List.<@Nullable String>of() : given) {
      if (text == null) {
        throw new ApiException.BadRequest("field '" + field + "' must hold strings only");
      }
      texts.add(text);
    }
    return texts;
  }

  private static List<Attachment> attachments(@Nullable List<Requests.@Nullable File> given) {
    List<Attachment> attachments = new ArrayList<>();
    for (Requests.File file : given == null ? List.<Requests.@Nullable File>of() : given) {
      String field = "attachments[" + attachments.size() + "]";
      if (file == null) {
        throw new ApiException.BadRequest("field '" + field + "' must be an object");
      }
      byte[] content = file.content();
      if (content == null) {
        throw new ApiException.BadRequest("field '" + field + ".content' is missing");
      }
      attachments.add(
          Attachment.parse(field, file.filename(), content, file.contentType(), file.contentId()));
    }
    return attachments;
  }
}
