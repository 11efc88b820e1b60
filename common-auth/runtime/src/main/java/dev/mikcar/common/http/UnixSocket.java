package dev.mikcar.common.http;

import dev.mikcar.common.settings.SettingException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The file of a unix socket: who may connect is who may write to it. */
final class UnixSocket implements AutoCloseable {
  private static final String VARIABLE = "MIKCAR_SOCKET";

  private final Path path;

  private UnixSocket(Path path) {
    this.path = path;
  }

  /**
   * Makes way for a socket: one that a dead process left is removed.
   *
   * @throws SettingException when a live process holds it, or something else stands there
   */
  static UnixSocket claim(Path path) {
    Path folder = path.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new SettingException(
          VARIABLE, "'" + path + "' is in no directory", "a path in a directory that exists");
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (!isSocket(path)) {
        throw new SettingException(
            VARIABLE, "'" + path + "' exists and is no socket", "a path that is free");
      }
      if (answers(path)) {
        throw new SettingException(
            VARIABLE, "'" + path + "' is held by a live process", "a path that is free");
      }
      remove(path);
    }
    return new UnixSocket(path);
  }

  /** Owner and group may connect: mode 0660. */
  void restrict() {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    } catch (IOException e) {
      throw new SettingException(
          VARIABLE, "cannot set the mode of '" + path + "'", "a path on a file system with modes");
    }
  }

  /** Removes the file; the server may have done so already. */
  @Override
  public void close() {
    remove(path);
  }

  private static boolean isSocket(Path path) {
    try {
      // The file type bits of st_mode, inode(7).
      int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & 0170000) == 0140000;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static boolean answers(Path path) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new SettingException(
          VARIABLE, "cannot remove the stale '" + path + "'", "a path in a writable directory");
    }
  }
}
