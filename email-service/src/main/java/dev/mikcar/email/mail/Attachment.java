package dev.mikcar.email.mail;

import java.util.Optional;

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

  /** Without the content. */
  @Override
  public String toString() {
    return "Attachment[" + contentType + ", " + content.length + " bytes]";
  }
}
