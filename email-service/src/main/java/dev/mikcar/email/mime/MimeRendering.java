package dev.mikcar.email.mime;

import dev.mikcar.email.mail.Attachment;
import dev.mikcar.email.mail.HeaderField;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailAddress;
import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.eclipse.angus.mail.util.CRLFOutputStream;

/**
 * Makes the bytes of a message, lines ended by CR LF, in ASCII unless an address of it needs more
 * (RFC 6532): text is quoted-printable or base64 where it has to be, words of headers are encoded
 * as of RFC 2047. The structure is the usual one: mixed(alternative(text, related(html, images)),
 * files), each level only where there is something for it.
 */
final class MimeRendering {
  private static final Session ASCII = session(false);
  private static final Session INTERNATIONAL = session(true);

  private MimeRendering() {}

  private static Session session(boolean international) {
    Properties properties = new Properties();
    properties.setProperty("mail.mime.allowutf8", Boolean.toString(international));
    return Session.getInstance(properties);
  }

  /** Writes the whole message, without Bcc. */
  static void write(Mail mail, OutputStream out) {
    Session session = mail.isInternational() ? INTERNATIONAL : ASCII;
    try {
      message(session, mail).writeTo(new CRLFOutputStream(out));
    } catch (MessagingException e) {
      throw new IllegalStateException("a checked message cannot be made", e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written to", e);
    }
  }

  /** About how many bytes it has, rather more than less. */
  static int sizeGuess(Mail mail) {
    long files = mail.attachments().stream().mapToLong(a -> a.content().length).sum();
    return (int) Math.min(Integer.MAX_VALUE - 8, 4096 + files * 14 / 10);
  }

  private static MimeMessage message(Session session, Mail mail) throws MessagingException {
    MimeMessage message = new Identified(session, mail.id());
    setMailboxes(message, "From", List.of(mail.from()));
    setMailboxes(message, "To", mail.to());
    setMailboxes(message, "Cc", mail.cc());
    setMailboxes(message, "Reply-To", mail.replyTo());
    setText(message, "Subject", mail.subject());
    message.setSentDate(Date.from(mail.date()));
    for (Map.Entry<String, String> header : mail.headers().entrySet()) {
      setText(message, header.getKey(), header.getValue());
    }
    addUnsubscribe(message, mail.unsubscribe());
    fill(message, mail);
    message.saveChanges();
    return message;
  }

  private static void setText(MimeMessage message, String name, String value)
      throws MessagingException {
    String text = HeaderField.foldable(value);
    message.setHeader(name, HeaderText.unstructured(text, name.length() + 2));
  }

  private static void setMailboxes(MimeMessage message, String name, List<MailAddress> addresses)
      throws MessagingException {
    if (!addresses.isEmpty()) {
      message.setHeader(name, HeaderText.mailboxes(addresses, name.length() + 2));
    }
  }

  /** RFC 2369 section 3.2; one click, RFC 8058, where there is an https address to click. */
  private static void addUnsubscribe(MimeMessage message, List<String> addresses)
      throws MessagingException {
    if (addresses.isEmpty()) {
      return;
    }
    List<String> bracketed = addresses.stream().map(a -> "<" + a + ">").toList();
    message.setHeader("List-Unsubscribe", String.join(",\r\n ", bracketed));
    if (addresses.stream().anyMatch(a -> a.startsWith("https:"))) {
      message.setHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
  }

  private static void fill(MimePart whole, Mail mail) throws MessagingException {
    List<Attachment> inline = new ArrayList<>();
    List<Attachment> files = new ArrayList<>();
    for (Attachment attachment : mail.attachments()) {
      (attachment.contentId().isPresent() && mail.html() != null ? inline : files).add(attachment);
    }
    if (files.isEmpty()) {
      fillBody(whole, mail, inline);
      return;
    }
    MimeMultipart mixed = new MimeMultipart("mixed");
    if (mail.text() != null || mail.html() != null) {
      MimeBodyPart body = new MimeBodyPart();
      fillBody(body, mail, inline);
      mixed.addBodyPart(body);
    }
    addAll(mixed, files);
    whole.setContent(mixed);
  }

  private static void fillBody(MimePart part, Mail mail, List<Attachment> inline)
      throws MessagingException {
    String text = mail.text();
    String html = mail.html();
    if (html == null) {
      setText(part, text == null ? "" : text, "plain");
    } else if (text == null) {
      fillHtml(part, html, inline);
    } else {
      MimeBodyPart plain = new MimeBodyPart();
      setText(plain, text, "plain");
      MimeBodyPart rich = new MimeBodyPart();
      fillHtml(rich, html, inline);
      part.setContent(new MimeMultipart("alternative", plain, rich));
    }
  }

  private static void fillHtml(MimePart part, String html, List<Attachment> inline)
      throws MessagingException {
    if (inline.isEmpty()) {
      setText(part, html, "html");
      return;
    }
    MimeBodyPart rich = new MimeBodyPart();
    setText(rich, html, "html");
    MimeMultipart related = new MimeMultipart("related", rich);
    addAll(related, inline);
    part.setContent(related);
  }

  private static void setText(MimePart part, String text, String subtype)
      throws MessagingException {
    part.setText(text, StandardCharsets.UTF_8.name(), subtype);
  }

  private static void addAll(Multipart multipart, List<Attachment> attachments)
      throws MessagingException {
    for (Attachment attachment : attachments) {
      MimeBodyPart part = new MimeBodyPart();
      part.setDataHandler(
          new DataHandler(new ByteArrayDataSource(attachment.content(), attachment.contentType())));
      // Always: what a file is must not depend on how its bytes look.
      part.setHeader("Content-Transfer-Encoding", "base64");
      part.setDisposition(attachment.contentId().isPresent() ? Part.INLINE : Part.ATTACHMENT);
      if (attachment.contentId().isPresent()) {
        part.setContentID("<" + attachment.contentId().get() + ">");
      }
      if (!attachment.filename().isEmpty()) {
        part.setFileName(attachment.filename());
      }
      multipart.addBodyPart(part);
    }
  }

  /** With a Message-ID that was chosen before. */
  private static final class Identified extends MimeMessage {
    private final String id;

    Identified(Session session, String id) {
      super(session);
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }
  }
}
