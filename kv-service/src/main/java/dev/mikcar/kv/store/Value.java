package dev.mikcar.kv.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What is kept under a key: bytes, exactly, and their content type.
 *
 * @param bytes the bytes, possibly none; not to be changed
 * @param contentType as a {@code Content-Type} header says it
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode are written below.
public record Value(byte[] bytes, String contentType) {
  /** The content type of a value that was set without one. */
  public static final String TEXT = "text/plain; charset=utf-8";

  /** The value of this text. */
  public static Value text(String text) {
    return new Value(text.getBytes(StandardCharsets.UTF_8), TEXT);
  }

  /**
   * What tells this value from others: the first 128 bits of SHA-256 over content type and bytes,
   * in hexadecimal. Derived from the content, it is the same on every backend and after every
   * restart, and the same again when the same value is.
   */
  public String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(contentType.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return HexFormat.of().formatHex(digest.digest(bytes), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Value value
        && contentType.equals(value.contentType)
        && Arrays.equals(bytes, value.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * contentType.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Value[" + bytes.length + " bytes of " + contentType + "]";
  }
}
