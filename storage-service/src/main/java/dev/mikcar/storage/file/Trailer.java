package dev.mikcar.storage.file;

import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The end of an object's file, after its content: what is known of it as header lines, and a last
 * line of fixed length with the size and the checksum of those. One file has it all, so one rename
 * replaces it all; and what is not whole is recognised.
 */
final class Trailer {
  private static final String MAGIC = "mikcar-object-1";
  private static final int LAST_LINE = MAGIC.length() + 1 + 8 + 1 + 8 + 1;

  /** What is read first: most trailers are shorter. */
  private static final int USUAL = 1024;

  private static final String ETAG = "ETag";
  private static final String MODIFIED = "Last-Modified";

  private Trailer() {}

  /** The bytes that follow the content. */
  static ByteBuffer encode(ObjectInfo info) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put(ETAG, info.etag());
    all.put(MODIFIED, info.lastModified().toString());
    all.putAll(info.headers().fields());
    byte[] lines = lines(all).getBytes(StandardCharsets.UTF_8);
    String last =
        String.format(Locale.ROOT, "%s %08x %08x%n", MAGIC, lines.length, crc(lines))
            .replace("\r", "");
    byte[] whole = Arrays.copyOf(lines, lines.length + LAST_LINE);
    System.arraycopy(last.getBytes(StandardCharsets.US_ASCII), 0, whole, lines.length, LAST_LINE);
    return ByteBuffer.wrap(whole);
  }

  /**
   * What a file says of its object.
   *
   * @throws NoObjectException when it has no whole trailer
   */
  static ObjectInfo read(FileChannel file) throws IOException {
    long size = file.size();
    byte[] end = readEnd(file, size, USUAL);
    if (end.length < LAST_LINE) {
      throw new NoObjectException();
    }
    int length = length(end);
    if (length + LAST_LINE > size) {
      throw new NoObjectException();
    }
    if (length + LAST_LINE > end.length) {
      end = readEnd(file, size, length + LAST_LINE);
    }
    byte[] lines = Arrays.copyOfRange(end, end.length - LAST_LINE - length, end.length - LAST_LINE);
    String last = new String(end, end.length - 9, 8, StandardCharsets.US_ASCII);
    if (!last.equals(String.format(Locale.ROOT, "%08x", crc(lines)))) {
      throw new NoObjectException();
    }
    return parse(new String(lines, StandardCharsets.UTF_8), size - length - LAST_LINE);
  }

  private static byte[] readEnd(FileChannel file, long size, int most) throws IOException {
    ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, most));
    while (end.hasRemaining()) {
      if (file.read(end, size - end.remaining()) < 0) {
        throw new NoObjectException();
      }
    }
    return end.array();
  }

  private static int length(byte[] end) throws NoObjectException {
    String last = new String(end, end.length - LAST_LINE, LAST_LINE, StandardCharsets.ISO_8859_1);
    if (!last.startsWith(MAGIC + " ") || !last.endsWith("\n")) {
      throw new NoObjectException();
    }
    try {
      int length = Integer.parseInt(last, MAGIC.length() + 1, MAGIC.length() + 9, 16);
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new NoObjectException();
  }

  private static ObjectInfo parse(String lines, long size) throws NoObjectException {
    Map<String, String> fields = new LinkedHashMap<>();
    TreeMap<String, String> meta = new TreeMap<>();
    for (String line : lines.split("\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        String name = line.substring(0, colon);
        String value = line.substring(colon + 2);
        if (name.startsWith(ObjectHeaders.META)) {
          meta.put(name.substring(ObjectHeaders.META.length()), value);
        } else {
          fields.put(name, value);
        }
      }
    }
    try {
      return new ObjectInfo(
          size,
          fields.getOrDefault(ETAG, ""),
          Instant.parse(fields.getOrDefault(MODIFIED, "")),
          new ObjectHeaders(
              fields.getOrDefault("Content-Type", ObjectHeaders.UNKNOWN_TYPE),
              fields.get("Cache-Control"),
              fields.get("Content-Disposition"),
              fields.get("Content-Encoding"),
              meta));
    } catch (DateTimeParseException e) {
      throw new NoObjectException();
    }
  }

  private static String lines(Map<String, String> fields) {
    StringBuilder lines = new StringBuilder(256);
    fields.forEach((name, value) -> lines.append(name).append(": ").append(value).append('\n'));
    return lines.toString();
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** A file that is no object, or not a whole one: it counts as not being there. */
  static final class NoObjectException extends NoSuchFileException {
    private static final long serialVersionUID = 1L;

    NoObjectException() {
      super("no object");
    }
  }
}
