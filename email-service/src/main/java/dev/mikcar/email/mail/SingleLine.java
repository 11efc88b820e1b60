package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;

/** Text that goes into a header or an SMTP command, where the end of a line begins another one. */
public final class SingleLine {
  private SingleLine() {}

  /**
   * Refuses what would end the line.
   *
   * @param field the field it stands in, for the error
   * @throws ApiException.BadRequest when it has a control character other than a tab, or a lone
   *     surrogate
   */
  public static void require(String field, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // U+2028 and U+2029 end lines for some readers, U+0085 for others.
      if ((c < ' ' && c != '\t') || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029) {
        throw new ApiException.BadRequest(
            "field '%s' has a control character at position %d".formatted(field, i));
      }
    }
    requireUnicode(field, text);
  }

  /**
   * Refuses what UTF-8 cannot write.
   *
   * @throws ApiException.BadRequest when there is a lone surrogate, which JSON can write and UTF-8
   *     cannot
   */
  public static void requireUnicode(String field, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new ApiException.BadRequest("field '" + field + "' is not valid Unicode");
        }
        i++;
      }
    }
  }
}
