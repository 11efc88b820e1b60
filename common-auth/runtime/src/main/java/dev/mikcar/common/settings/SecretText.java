package dev.mikcar.common.settings;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The text of a setting with references to secrets in it. */
final class SecretText {
  static final String SCHEME = "secret://";

  private static final String REFERENCE = SCHEME + "([^#{}\\s]+)(?:#([^{}\\s]+))?";
  private static final Pattern WHOLE = Pattern.compile(REFERENCE);
  private static final Pattern PART = Pattern.compile("\\{" + REFERENCE + "}");

  private SecretText() {}

  /** Says what stands behind a reference. */
  @FunctionalInterface
  interface Lookup {
    /**
     * The text that is put in its place.
     *
     * @param field of the JSON object that the secret is; null: the secret itself
     */
    String get(String name, @Nullable String field);
  }

  static boolean refers(String text) {
    return text.contains(SCHEME);
  }

  /**
   * The text with what the references stand for. Within a URL that is percent-encoded (RFC 3986
   * section 2.1), so that no character of a password ends a part of the URL.
   *
   * @throws IllegalArgumentException when a reference is neither the whole text nor in braces
   */
  static String resolve(String text, Lookup lookup) {
    Matcher whole = WHOLE.matcher(text.strip());
    if (whole.matches()) {
      return lookup.get(whole.group(1), whole.group(2));
    }
    Matcher part = PART.matcher(text);
    StringBuilder resolved = new StringBuilder();
    int end = 0;
    while (part.find()) {
      resolved.append(checked(text.substring(end, part.start())));
      String value = lookup.get(part.group(1), part.group(2));
      resolved.append(resolved.indexOf("://") >= 0 ? encoded(value) : value);
      end = part.end();
    }
    return resolved.append(checked(text.substring(end))).toString();
  }

  private static String checked(String between) {
    if (between.contains(SCHEME)) {
      throw new IllegalArgumentException("a reference is neither alone nor in braces");
    }
    return between;
  }

  private static String encoded(String value) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append('%');
        encoded.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        encoded.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      }
    }
    return encoded.toString();
  }
}
