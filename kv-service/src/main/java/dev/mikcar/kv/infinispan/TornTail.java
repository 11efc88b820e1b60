package dev.mikcar.kv.infinispan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Cuts off the record that a dying process, or a full disk, left unfinished at the end of a log
 * file. The soft-index file store of Infinispan 16.1 does not: it writes a record in several steps
 * without a checksum, and after a crash indexes one whose value is cut short, which hides the
 * answered value before it. Nothing answered is cut: a write is answered after the whole record is
 * synced.
 */
final class TornTail {
  private static final Logger LOG = Logger.getLogger(TornTail.class);

  /** As in the file names of the store, {@code ispn12.0}, {@code ispn12.1}, … */
  private static final String PREFIX = "ispn12.";

  /** Magic 1, key length 2, metadata length 2, value length 4, internal metadata length 2, … */
  private static final int HEADER = 27;

  private static final byte MAGIC = 0x01;

  private TornTail() {}

  /**
   * Repairs every log file below a folder; does nothing when there is none.
   *
   * @throws UncheckedIOException when a file cannot be read or cut
   */
  static void cut(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> logs;
    try (Stream<Path> files = Files.walk(folder)) {
      logs =
          files
              .filter(f -> f.getFileName().toString().startsWith(PREFIX))
              .filter(Files::isRegularFile)
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    logs.forEach(TornTail::cutFile);
  }

  private static void cutFile(Path log) {
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
      long size = file.size();
      long whole = wholeRecords(file, size);
      if (whole == size) {
        return;
      }
      LOG.infof("Cutting an unfinished write of %d bytes off %s", size - whole, log);
      try (FileChannel writable = FileChannel.open(log, StandardOpenOption.WRITE)) {
        writable.truncate(whole).force(true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot repair " + log, e);
    }
  }

  /** The length of the records, from the first on, that are there to their end. */
  private static long wholeRecords(FileChannel file, long size) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    long offset = 0;
    while (offset + HEADER <= size) {
      header.clear();
      while (header.hasRemaining() && file.read(header, offset + header.position()) >= 0) {}
      header.flip();
      if (header.get() != MAGIC) {
        return offset;
      }
      long length =
          HEADER
              + (long) Short.toUnsignedInt(header.getShort())
              + Short.toUnsignedInt(header.getShort())
              + Integer.toUnsignedLong(header.getInt())
              + Short.toUnsignedInt(header.getShort());
      if (offset + length > size) {
        return offset;
      }
      offset += length;
    }
    return offset;
  }
}
