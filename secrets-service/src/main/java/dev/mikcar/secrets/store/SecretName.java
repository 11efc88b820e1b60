package dev.mikcar.secrets.store;

import dev.mikcar.common.error.ApiException;
import java.nio.charset.StandardCharsets;

/**
 * The name of a secret: 1 to 512 bytes of UTF-8 in parts that slashes separate. No part is empty,
 * {@code .} or {@code ..}, and there is no control character, backslash, percent sign, question
 * mark or number sign, so that a name is the same thing in every path, URL and reference it gets
 * into. A store may take less; then it says so ({@link SecretStore}).
 */
public record SecretName(String text) implements Comparable<SecretName> {
  /** Bytes of UTF-8; the limit of AWS Secrets Manager. */
  public static final int LONGEST = 512;

  private static final String REFUSED = "\\%?#";

  /**
   * @throws ApiException.BadRequest when it is no name
   */
  public SecretName {
    if (text.isEmpty()) {
      throw new ApiException.BadRequest("the name is empty");
    }
    checkCharacters("the name", text);
    for (String part : text.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw new ApiException.BadRequest("the name has an empty, '.' or '..' part");
      }
    }
  }

  /**
   * The beginning of names: it may end anywhere in one, and may be empty.
   *
   * @throws ApiException.BadRequest when no name begins so
   */
  public static String prefix(String text) {
    if (!text.isEmpty()) {
      String whole = text.endsWith("/") || text.endsWith(".") ? text + "x" : text;
      checkCharacters("the prefix", text);
      var _ = new SecretName(whole);
    }
    return text;
  }

  private static void checkCharacters(String what, String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      throw new ApiException.BadRequest(what + " is longer than " + LONGEST + " bytes");
    }
    if (text.codePoints().anyMatch(SecretName::isRefused)) {
      throw new ApiException.BadRequest(what + " has a control character or one of " + REFUSED);
    }
  }

  private static boolean isRefused(int c) {
    return Character.isISOControl(c)
        || REFUSED.indexOf(c) >= 0
        || switch (Character.getType(c)) {
          case Character.FORMAT,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SURROGATE,
              Character.UNASSIGNED,
              Character.PRIVATE_USE ->
              true;
          default -> false;
        };
  }

  /** By the numbers of their characters. */
  @Override
  public int compareTo(SecretName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
