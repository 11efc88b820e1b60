package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.ParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of a message.
 *
 * @param filename its name; may be empty
 * @param content its bytes; not copied, not to be changed
 * @param contentType its media type, valid
 * @param contentId how the HTML names it as {@code cid:…}, without angle brackets: it is shown
 *     inline; empty: it is a file to save
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes, which nobody compares or copies.
public record Attachment(
    String filename, byte[] content, String contentType, Optional<String> contentId) {
  private static final String ANY = "application/octet-stream";
  private static final int LONGEST = 255;
  private static final Pattern CONTENT_ID = Pattern.compile("[!-~&&[^<>()\\[\\]\",:;\\\\]]{1,255}");

  /**
   * Checks one.
   *
   * @param field where it stands, for the error
   * @param contentType null: any bytes
   * @throws ApiException.BadRequest naming the part that cannot be
   */
  public static Attachment parse(
      String field,
      @Nullable String filename,
      byte[] content,
      @Nullable String contentType,
      @Nullable String contentId) {
    String name = filename == null ? "" : filename;
    SingleLine.require(field + ".filename", name);
    if (name.length() > LONGEST) {
      throw refused(field, "filename", "has more than " + LONGEST + " characters");
    }
    if (contentId != null) {
      SingleLine.require(field + ".content_id", contentId);
      if (!CONTENT_ID.matcher(contentId).matches()) {
        throw refused(field, "content_id", "is none: such as logo@example.org, without brackets");
      }
    }
    return new Attachment(
        name,
        content,
        contentType == null ? ANY : mediaType(field, contentType),
        Optional.ofNullable(contentId));
  }

  private static String mediaType(String field, String text) {
    SingleLine.require(field + ".content_type", text);
    try {
      ContentType type = new ContentType(text);
      // RFC 2046 section 5: those have parts of their own, and cannot be base64.
      if (type.match("multipart/*") || type.match("message/*")) {
        throw refused(
            field, "content_type", "cannot be of multipart or message; send it as " + ANY);
      }
      if (text.length() <= LONGEST && text.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
        return type.toString();
      }
    } catch (ParseException e) {
      // Said below.
    }
    throw refused(field, "content_type", "is no media type");
  }

  private static ApiException refused(String field, String part, String problem) {
    return new ApiException.BadRequest("field '" + field + "." + part + "' " + problem);
  }

  /** Without the content. */
  @Override
  public String toString() {
    return "Attachment[" + contentType + ", " + content.length + " bytes]";
  }
}
