package dev.mikcar.storage.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The entity tag of stores that have none of their own: 128 bits of SHA-256 over the content and
 * the headers, the same whenever they are.
 */
public final class ContentHash {
  private final MessageDigest content = newDigest("SHA-256");

  /** Takes the next bytes of the content, and leaves the buffer as it is. */
  public void update(ByteBuffer bytes) {
    content.update(bytes.duplicate());
  }

  /** The tag; to be asked for once, at the end. */
  public String etag(ObjectHeaders headers) {
    StringBuilder fields = new StringBuilder(128);
    headers
        .fields()
        .forEach((name, value) -> fields.append(name).append(": ").append(value).append('\n'));
    MessageDigest all = newDigest("SHA-256");
    all.update(content.digest());
    all.update(fields.toString().getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(all.digest(), 0, 16);
  }

  /** A digest that every Java platform has, such as SHA-256 or MD5. */
  public static MessageDigest newDigest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
