package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Value;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * An entry as bytes, big-endian: version 1 (1 byte), CRC-32C of all that follows (4), expiry in
 * milliseconds since the epoch or 0 (8), fingerprint (16), length of the content type (2), content
 * type in UTF-8, value. SQLite has no checksums, so this one is ours.
 */
final class EntryCodec {
  private static final byte VERSION = 1;
  private static final int CHECKED_FROM = 5;
  private static final int FINGERPRINT_LENGTH = 16;
  private static final int FIXED = CHECKED_FROM + Long.BYTES + FINGERPRINT_LENGTH + Short.BYTES;
  private static final HexFormat HEX = HexFormat.of();

  private EntryCodec() {}

  static byte[] encode(Entry entry) {
    byte[] type = entry.value().contentType().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[FIXED + type.length + entry.value().bytes().length];
    ByteBuffer.wrap(bytes)
        .position(CHECKED_FROM)
        .putLong(entry.expiresAt())
        .put(HEX.parseHex(entry.fingerprint()))
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
    byte[] fingerprint = new byte[FINGERPRINT_LENGTH];
    in.get(fingerprint);
    byte[] type = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(type);
    byte[] value = new byte[in.remaining()];
    in.get(value);
    String contentType = new String(type, StandardCharsets.UTF_8);
    return new Entry(new Value(value, contentType), HEX.formatHex(fingerprint), expiresAt);
  }

  /** The expiry alone, unchecked. */
  static long expiryOf(byte[] bytes) {
    return bytes.length < FIXED ? Entry.NEVER : ByteBuffer.wrap(bytes).getLong(CHECKED_FROM);
  }

  /** Whether it is gone at this time; damaged bytes are not, for nobody knows. */
  static boolean isGone(byte[] bytes, long now) {
    return isWhole(bytes) && Entry.isGone(expiryOf(bytes), now);
  }

  private static void check(byte[] bytes) {
    if (!isWhole(bytes)) {
      throw new DamagedEntryException();
    }
  }

  private static boolean isWhole(byte[] bytes) {
    return bytes.length >= FIXED
        && bytes[0] == VERSION
        && ByteBuffer.wrap(bytes).getInt(1) == checksum(bytes);
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
