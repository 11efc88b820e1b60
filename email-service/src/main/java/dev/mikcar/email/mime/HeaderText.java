package dev.mikcar.email.mime;

import dev.mikcar.email.mail.MailAddress;
import jakarta.mail.internet.MimeUtility;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Text of any script in the lines of a header, RFC 2047: plain ASCII as it is, all else as encoded
 * words of whole characters, of which a line has one. What looks like an encoded word is encoded
 * too, so that readers see it as it was written.
 */
final class HeaderText {
  private static final String BEGIN = "=?UTF-8?B?";
  private static final String END = "?=";
  private static final String FOLD = "\r\n ";

  /** RFC 2047 section 2: lines with encoded words have at most 76 characters. */
  private static final int LINE = 76;

  /** A header's name beyond this leaves too little room on its line. */
  private static final int LONGEST_BEGINNING = 40;

  /** Names beyond this are encoded rather than quoted, since they cannot be folded. */
  private static final int LONGEST_QUOTED = 60;

  private static final Pattern ATOMS = Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*");

  private HeaderText() {}

  /**
   * A text without structure, such as a subject.
   *
   * @param used how many characters stand on the line before it
   */
  static String unstructured(String text, int used) {
    return isPlain(text) ? MimeUtility.fold(used, text) : encoded(text, used);
  }

  /** Addresses with their names. */
  static String mailboxes(List<MailAddress> addresses, int used) {
    List<String> all = new ArrayList<>(addresses.size());
    for (MailAddress address : addresses) {
      all.add(mailbox(address, all.isEmpty() ? used : 1));
    }
    return String.join("," + FOLD, all);
  }

  private static String mailbox(MailAddress address, int used) {
    String name = address.name().strip();
    if (name.isEmpty()) {
      return address.address();
    }
    String route = "<" + address.address() + ">";
    if (!isPlain(name) || name.length() > LONGEST_QUOTED) {
      return encoded(name, used) + FOLD + route;
    }
    boolean atoms = ATOMS.matcher(name).matches();
    return (atoms ? name : "\"" + name.replaceAll("[\\\\\"]", "\\\\$0") + "\"") + " " + route;
  }

  private static boolean isPlain(String text) {
    return text.chars().allMatch(c -> c < 0x7F && (c >= ' ' || c == '\t')) && !text.contains("=?");
  }

  private static String encoded(String text, int used) {
    StringBuilder lines = new StringBuilder();
    int line = used;
    if (used > LONGEST_BEGINNING) {
      lines.append(FOLD);
      line = 1;
    }
    int from = 0;
    while (from < text.length()) {
      int to = end(text, from, (LINE - line - BEGIN.length() - END.length()) / 4 * 3);
      byte[] word = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
      lines.append(from == 0 ? "" : FOLD).append(BEGIN);
      lines.append(Base64.getEncoder().encodeToString(word)).append(END);
      from = to;
      line = 1;
    }
    return lines.toString();
  }

  /** Where a word ends that begins there and has at most so many bytes of UTF-8. */
  private static int end(String text, int from, int bytes) {
    int at = from;
    int left = bytes;
    while (at < text.length()) {
      int character = text.codePointAt(at);
      left -= character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
      if (left < 0) {
        return at;
      }
      at += Character.charCount(character);
    }
    return at;
  }
}
