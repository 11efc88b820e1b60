package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for headers that a caller chooses, RFC 5322 section 2.2. */
public final class HeaderField {
  private static final int MOST = 100;
  private static final int LONGEST_NAME = 76;
  private static final int LONGEST_VALUE = 4_000;

  /** Lines have at most 998 bytes, and cannot be folded within a word. */
  private static final int LONGEST_WORD = 900;

  private static final Pattern NAME = Pattern.compile("[!-9;-~]+");

  /** What folding would leave alone on a line ends the headers for some readers. */
  private static final Pattern GAP = Pattern.compile("[ \t]{2,}");

  private static final Pattern LONG_WORD = Pattern.compile("[^ \t]{" + LONGEST_WORD + ",}");

  /** What the other fields make, and what only servers write. */
  private static final Set<String> STRUCTURAL =
      Set.of(
          "from",
          "sender",
          "to",
          "cc",
          "bcc",
          "reply-to",
          "subject",
          "date",
          "message-id",
          "mime-version",
          "list-unsubscribe",
          "list-unsubscribe-post",
          "return-path",
          "received",
          "dkim-signature",
          "delivered-to");

  private static final Set<String> STRUCTURAL_PREFIXES = Set.of("content-", "resent-", "arc-");

  private HeaderField() {}

  /**
   * Checks all of them.
   *
   * @return the same, in their order
   * @throws ApiException.BadRequest when one would change the structure of the message, or is none
   */
  public static Map<String, String> parse(Map<String, @Nullable String> headers) {
    if (headers.size() > MOST) {
      throw refused("headers", "has more than " + MOST);
    }
    Map<String, String> checked = new LinkedHashMap<>();
    Set<String> names = new TreeSet<>();
    headers.forEach(
        (name, value) -> {
          String lower = requireName(name);
          if (!names.add(lower)) {
            throw refused("headers", "has '" + name + "' twice");
          }
          if (value == null) {
            throw refused("headers." + name, "must be a string");
          }
          requireValue("headers." + name, value);
          checked.put(name, value);
        });
    return checked;
  }

  private static String requireName(String name) {
    SingleLine.require("headers", name);
    if (!NAME.matcher(name).matches() || name.length() > LONGEST_NAME) {
      throw refused("headers", "has a name that is none of a header");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (STRUCTURAL.contains(lower) || STRUCTURAL_PREFIXES.stream().anyMatch(lower::startsWith)) {
      throw refused("headers", "cannot set '" + name + "'; other fields of the message do");
    }
    return lower;
  }

  /**
   * Text that can be folded onto lines that every server takes.
   *
   * @param field the field it stands in, for the error
   */
  public static void requireValue(String field, String value) {
    SingleLine.require(field, value);
    if (value.length() > LONGEST_VALUE) {
      throw refused(field, "has more than " + LONGEST_VALUE + " characters");
    }
    if (LONG_WORD.matcher(value).find()) {
      throw refused(field, "has a word of more than " + LONGEST_WORD + " characters");
    }
  }

  /** The value with one blank where there were several. */
  public static String foldable(String value) {
    return GAP.matcher(value).replaceAll(" ").strip();
  }

  private static ApiException refused(String field, String problem) {
    return new ApiException.BadRequest("field '" + field + "' " + problem);
  }
}
