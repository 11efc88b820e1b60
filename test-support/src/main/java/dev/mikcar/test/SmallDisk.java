package dev.mikcar.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A disk that can be full or read-only: a tmpfs of its own, mounted on a temporary folder. Linux
 * only, and only for a user who may mount.
 *
 * <p>On a full tmpfs, as on other file systems, names and empty files can still be created: only
 * bytes find no room.
 */
public final class SmallDisk implements AutoCloseable {
  private static final int BLOCK_BYTES = 64 * 1024;

  private final Path path;
  private final Path filler;
  private boolean mounted = true;

  private SmallDisk(Path path) {
    this.path = path;
    this.filler = path.resolve(".filler");
  }

  /**
   * An empty, writable disk.
   *
   * @throws IllegalStateException if this process cannot mount; the message says why
   */
  public static SmallDisk ofMebibytes(int size) {
    Path path = Folders.createTemporary("mikcar-disk-");
    try {
      run("mount", "-t", "tmpfs", "-o", "size=" + size + "m", "mikcar-test", path.toString());
    } catch (RuntimeException e) {
      Folders.delete(path);
      throw e;
    }
    return new SmallDisk(path);
  }

  /** Where it is mounted. */
  public Path path() {
    return path;
  }

  /**
   * From now on every write fails with "Read-only file system".
   *
   * @throws IllegalStateException also while any process has a file on it open for writing: the
   *     kernel refuses
   */
  public void readOnly() {
    run("mount", "-o", "remount,ro", path.toString());
  }

  /** Ends {@link #readOnly()}. */
  public void writable() {
    run("mount", "-o", "remount,rw", path.toString());
  }

  /** From now on nothing on it can be executed, or loaded as a native library. */
  public void noExec() {
    run("mount", "-o", "remount,noexec", path.toString());
  }

  /** Takes all the room that is left: from now on writes fail with "No space left on device". */
  public void fill() {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    try (FileChannel file =
        FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        file.write(block.clear());
      }
    } catch (FileSystemException e) {
      throw new UncheckedIOException("The filler cannot be made", e);
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw new UncheckedIOException("The disk cannot be filled", e);
      }
    }
  }

  /** Ends {@link #fill()}. */
  public void free() {
    try {
      Files.deleteIfExists(filler);
    } catch (IOException e) {
      throw new UncheckedIOException("The filler cannot be deleted", e);
    }
  }

  /** Unmounts it, also under a process that still uses it, and deletes the folder. */
  @Override
  public void close() {
    if (mounted) {
      run("umount", "-l", path.toString());
      mounted = false;
      Folders.delete(path);
    }
  }

  private static void run(String... command) {
    String said = "";
    int code;
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      code = process.waitFor();
    } catch (IOException e) {
      throw new IllegalStateException("A small disk needs " + command[0], e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted during " + List.of(command), e);
    }
    if (code != 0) {
      throw new IllegalStateException(
          String.join(" ", command) + " failed, which needs root: " + said);
    }
  }
}
