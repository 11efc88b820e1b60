package dev.mikcar.kv.store;

import dev.mikcar.common.error.ApiException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Values that are decimal 64-bit integers, as Redis reads and writes them. */
public final class Counter {
  /** As many digits as a long can have, and its sign. */
  private static final int LONGEST = 20;

  private Counter() {}

  /**
   * Adds to the integer that a value is.
   *
   * @param current null when there is none, which counts as 0
   * @throws ApiException.Conflict {@code NOT_AN_INTEGER} or {@code OUT_OF_RANGE}
   */
  public static long add(@Nullable Value current, long by) {
    try {
      return Math.addExact(current == null ? 0 : integer(current.bytes()), by);
    } catch (ArithmeticException e) {
      throw new ApiException.Conflict("OUT_OF_RANGE", "the sum does not fit 64 bits");
    } catch (NumberFormatException e) {
      throw new ApiException.Conflict("NOT_AN_INTEGER", "the value is not a 64-bit integer");
    }
  }

  /** No sign but a minus, no blanks, no leading zeros. */
  private static long integer(byte[] bytes) {
    String text = bytes.length > LONGEST ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
    long number = Long.parseLong(text);
    if (!Long.toString(number).equals(text)) {
      throw new NumberFormatException();
    }
    return number;
  }

  /** The value that an integer is, with the content type of the one before it. */
  public static Value value(long number, @Nullable Value before) {
    byte[] digits = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    return new Value(digits, before == null ? Value.TEXT : before.contentType());
  }
}
