package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Percent-encoding of RFC 3986 section 2.1, strictly: what is not two hex digits, or does not make
 * UTF-8, is the caller's mistake rather than a replacement character.
 */
public final class PercentEncoding {
  private PercentEncoding() {}

  /**
   * The text that a part of a path stands for. A {@code +} is a plus.
   *
   * @param what the name of the part, for the error
   * @throws ApiException.BadRequest when it is no percent-encoded UTF-8
   */
  public static String decode(String what, String encoded) {
    if (isPlain(encoded)) {
      return encoded;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        int high = i + 2 < encoded.length() ? digit(encoded.charAt(i + 1)) : -1;
        int low = i + 2 < encoded.length() ? digit(encoded.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          throw new ApiException.BadRequest(
              what + " has a '%' that two hex digits do not follow, at position " + i);
        }
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        // The HTTP layer hands over an unencoded byte as the character of the same number.
        bytes.write(c);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new ApiException.BadRequest(what + " is not UTF-8");
    }
  }

  /** Whether decoding would change nothing. */
  static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%' || c >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static int digit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
