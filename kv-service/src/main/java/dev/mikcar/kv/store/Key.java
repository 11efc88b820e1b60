package dev.mikcar.kv.store;

import dev.mikcar.common.error.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A key: 1 to {@link #LONGEST} bytes of UTF-8. Ordered by its bytes, which is the order of its code
 * points.
 */
public final class Key implements Comparable<Key> {
  /** The longest key, bytes. */
  public static final int LONGEST = 1024;

  private final byte[] utf8;

  private Key(byte[] utf8) {
    this.utf8 = utf8;
  }

  /**
   * The key that a text is.
   *
   * @throws ApiException.BadRequest when it is empty, too long, or no Unicode text
   */
  public static Key of(String text) {
    if (text.isEmpty()) {
      throw new ApiException.BadRequest("the key is empty");
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > LONGEST) {
      throw new ApiException.BadRequest(
          "the key is " + utf8.length + " bytes long, at most " + LONGEST + " are allowed");
    }
    // A lone surrogate has no UTF-8 and became '?'.
    if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      throw new ApiException.BadRequest("the key is not valid Unicode");
    }
    return new Key(utf8);
  }

  /** A place in the order of keys, for a text that may be longer than a key. */
  public static Key ofText(String text) {
    return new Key(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The key with these bytes, which another key gave out. */
  public static Key ofUtf8(byte[] utf8) {
    return new Key(utf8);
  }

  /** Its bytes; not to be changed. */
  public byte[] utf8() {
    return utf8;
  }

  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(utf8, other.utf8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && Arrays.equals(utf8, key.utf8);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(utf8);
  }

  /** The key as text. */
  @Override
  public String toString() {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
