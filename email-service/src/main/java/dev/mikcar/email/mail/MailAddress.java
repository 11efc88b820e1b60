package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A mailbox, RFC 5322 section 3.4, in any script (RFC 6532).
 *
 * @param name what is shown beside it; empty when there is none
 * @param local what stands before the {@code @}, as it was written
 * @param domain what stands behind it, in lower case, in the ASCII form of RFC 5891
 */
public record MailAddress(String name, String local, String domain) {
  /** RFC 5321 section 4.5.3.1.3, less the angle brackets. */
  private static final int LONGEST = 254;

  /** RFC 5321 section 4.5.3.1.1. */
  private static final int LONGEST_LOCAL = 64;

  private static final int LONGEST_NAME = 512;

  /**
   * Reads {@code ann@example.org} or {@code Ann <ann@example.org>}.
   *
   * @param field the field it stands in, for the error
   * @throws ApiException.BadRequest when it is not one mailbox
   */
  public static MailAddress parse(String field, String text) {
    SingleLine.require(field, text);
    InternetAddress parsed = parsed(field, text);
    String address = parsed.getAddress();
    int at = address.lastIndexOf('@');
    if (at < 1 || parsed.isGroup()) {
      throw refused(field, "is no address");
    }
    String local = address.substring(0, at);
    String name = parsed.getPersonal() == null ? "" : parsed.getPersonal();
    SingleLine.require(field, name);
    if (name.length() > LONGEST_NAME) {
      throw refused(field, "has a name of more than " + LONGEST_NAME + " characters");
    }
    if (local.codePoints().anyMatch(c -> Character.isWhitespace(c) || c == '<' || c == '>')
        && !local.startsWith("\"")) {
      throw refused(field, "is no address");
    }
    String domain = ascii(field, address.substring(at + 1));
    if (bytes(local) > LONGEST_LOCAL || bytes(local) + 1 + domain.length() > LONGEST) {
      throw refused(field, "is too long for an address");
    }
    return new MailAddress(name, local, domain);
  }

  private static InternetAddress parsed(String field, String text) {
    try {
      InternetAddress[] all = InternetAddress.parse(text, true);
      if (all.length != 1) {
        throw refused(field, "must hold one address an entry");
      }
      all[0].validate();
      return all[0];
    } catch (AddressException e) {
      throw refused(field, "is no address: " + String.valueOf(e.getMessage()));
    }
  }

  private static String ascii(String field, String domain) {
    if (domain.startsWith("[") && domain.endsWith("]")) {
      return domain;
    }
    try {
      String ascii = IDN.toASCII(domain, IDN.USE_STD3_ASCII_RULES);
      if (!ascii.isEmpty()) {
        return ascii.toLowerCase(Locale.ROOT);
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw refused(field, "has a domain that is none");
  }

  private static ApiException refused(String field, String problem) {
    return new ApiException.BadRequest("field '" + field + "' " + problem);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Without the name: what goes into the envelope. */
  public String address() {
    return local + '@' + domain;
  }

  /** Whether it can be written to servers with SMTPUTF8 only, RFC 6531. */
  public boolean isInternational() {
    return !local.chars().allMatch(c -> c < 0x80);
  }

  /** As a person writes it. */
  @Override
  public String toString() {
    return name.isEmpty() ? address() : name + " <" + address() + ">";
  }
}
