package dev.mikcar.sqlite;

import dev.mikcar.common.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.jboss.logging.Logger;

/**
 * Room on the disk that nobody else can take: a file, which is given up when a deletion finds no
 * room. Until it is there again, nothing that takes room is written. Used by one thread at a time.
 */
final class Reserve {
  /** Bytes; many times what a deletion writes to the log. */
  static final int SIZE = 4 << 20;

  private static final Logger LOG = Logger.getLogger(Reserve.class);
  private static final int BLOCK = 1 << 16;

  private final Path folder;
  private final Path file;
  private boolean whole;

  Reserve(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("reserve");
  }

  /** Makes it, unless it is there. Whether it is there then. */
  boolean establish() {
    if (!whole) {
      whole = size() == SIZE || fill(file, SIZE);
    }
    return whole;
  }

  /** Gives its room up. Whether there was any. */
  boolean release() {
    whole = false;
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("The reserve is not released", e);
      return false;
    }
  }

  /** Whether so many bytes find room now, besides the reserve. Tries it. */
  boolean hasRoomFor(int bytes) {
    Path trial = folder.resolve("trial");
    boolean fits = fill(trial, bytes);
    remove(trial);
    return fits;
  }

  private long size() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return -1;
    }
  }

  /** Writes what no file system can make smaller. */
  private boolean fill(Path target, int bytes) {
    if (folder.toFile().getUsableSpace() < bytes) {
      return false;
    }
    byte[] noise = new byte[BLOCK];
    new Random(bytes).nextBytes(noise);
    try (FileChannel channel =
        PrivateFiles.open(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      int left = bytes;
      while (left > 0) {
        left -= channel.write(ByteBuffer.wrap(noise, 0, Math.min(left, BLOCK)));
      }
      return true;
    } catch (IOException e) {
      LOG.debugf(e, "No room for %d bytes", bytes);
      remove(target);
      return false;
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("Not removed", e);
    }
  }
}
