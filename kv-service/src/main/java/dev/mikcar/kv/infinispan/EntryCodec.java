package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Value;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * An entry as bytes, big-endian: version 1 (1 byte), CRC-32C of all that follows (4), expiry in
 * milliseconds since the epoch or 0 (8), entity tag (16), length of the content type (2), content
 * type in UTF-8, value. SQLite has no checksums, so this one is ours.
 */
final class EntryCodec {
  private static final byte VERSION = 1;
  private static final int CHECKED_FROM = 5;
  private static final int TAG_LENGTH = 16;
  private static final int FIXED = CHECKED_FROM + Long.BYTES + TAG_LENGTH + Short.BYTES;
  private static final HexFormat HEX = HexFormat.of();

  private EntryCodec() {}

  static byte[] encode(Entry entry) {
    byte[] type = entry.value().contentType().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[FIXED + type.length + entry.value().bytes().length];
    ByteBuffer.wrap(bytes)
        .position(CHECKED_FROM)
        .putLong(entry.expiresAt())
        .put(HEX.parseHex(entry.etag()))
        .putShort((short) type.length)
        .put(type)
        .put(entry.value().bytes());
    ByteBuffer.wrap(bytes).put(VERSION).putInt(checksum(bytes));
    return bytes;
  }

  /**
   * @throws DamagedEntryException when these are not the bytes that {@link #encode} made
   */
  static Entry decode(byte[] bytes) {
    check(bytes);
    ByteBuffer in = ByteBuffer.wrap(bytes).position(CHECKED_FROM);
    long expiresAt = in.getLong();
    byte[] tag = new byte[TAG_LENGTH];
    in.get(tag);
    byte[] type = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(type);
    byte[] value = new byte[in.remaining()];
    in.get(value);
    String contentType = new String(type, StandardCharsets.UTF_8);
    return new Entry(new Value(value, contentType), HEX.formatHex(tag), expiresAt);
  }

  /** The expiry alone. */
  static long expiresAt(byte[] bytes) {
    check(bytes);
    return ByteBuffer.wrap(bytes).getLong(CHECKED_FROM);
  }

  /** The same of bytes that were made or checked before. */
  static long expiryOf(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong(CHECKED_FROM);
  }

  private static void check(byte[] bytes) {
    if (bytes.length < FIXED
        || bytes[0] != VERSION
        || ByteBuffer.wrap(bytes).getInt(1) != checksum(bytes)) {
      throw new DamagedEntryException();
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
    return (int) crc.getValue();
  }

  /** The stored bytes are not those that were written. */
  static final class DamagedEntryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedEntryException() {
      super("a stored entry is damaged: its checksum does not match");
    }
  }
}
