package dev.mikcar.common.http;

import dev.mikcar.common.files.HeldFile;
import dev.mikcar.common.files.PrivateFiles;
import dev.mikcar.common.settings.SettingException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The file of a unix socket: who may connect is who may write to it. It is bound in a folder that
 * only its user may enter, gets its mode there, and is linked to its place then, so that nobody
 * else can connect before, whatever the umask.
 */
final class UnixSocket implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(UnixSocket.class);
  private static final String VARIABLE = "MIKCAR_SOCKET";

  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-rw----");

  /** A byte less than sockaddr_un.sun_path holds, unix(7). */
  private static final int LONGEST = 107;

  private final Path path;
  private final Path bound;
  private @Nullable HeldFile file;

  private UnixSocket(Path path, Path bound) {
    this.path = path;
    this.bound = bound;
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
    return new UnixSocket(path, privatePath(folder));
  }

  /** A name in a new folder that nobody else may enter, beside the place of the socket. */
  private static Path privatePath(Path folder) {
    try {
      Path bound = newFolder(folder).resolve("s");
      if (bound.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST) {
        Files.delete(Objects.requireNonNull(bound.getParent()));
        throw new SettingException(
            VARIABLE, "its folder is too long", "a folder of at most " + (LONGEST - 6) + " bytes");
      }
      return bound;
    } catch (IOException e) {
      throw new SettingException(
          VARIABLE, "cannot write to '" + folder + "'", "a path in a writable directory");
    }
  }

  private static Path newFolder(Path parent) throws IOException {
    while (true) {
      int name = ThreadLocalRandom.current().nextInt(36, 36 * 36);
      try {
        return PrivateFiles.newFolder(parent.resolve("." + Integer.toString(name, 36)));
      } catch (FileAlreadyExistsException e) {
        // Of a process that was killed meanwhile, or that starts now: another name.
      }
    }
  }

  /** Where to listen; the file is not in its place yet. */
  Path bound() {
    return bound;
  }

  /** Puts it in its place, where owner and group may connect: mode 0660. */
  void publish() {
    try {
      Files.setPosixFilePermissions(bound, MODE);
      // Not a rename, which would take the place of another process's.
      Files.createLink(path, bound);
      file = new HeldFile(path, HeldFile.at(bound).key());
    } catch (IOException e) {
      throw new SettingException(
          VARIABLE, "cannot put a socket at '" + path + "': " + e, "a path that is free");
    } finally {
      discard();
    }
  }

  /** Removes what {@link #claim} made, when nothing was bound or all is in its place. */
  void discard() {
    try {
      Files.deleteIfExists(bound);
      Files.deleteIfExists(Objects.requireNonNull(bound.getParent()));
    } catch (IOException e) {
      LOG.warnf("Cannot remove %s: %s", bound.getParent(), e);
    }
  }

  /** Removes the file, unless another process has taken the path since. */
  @Override
  public void close() {
    if (file != null && file.isInPlace()) {
      remove(path);
    }
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
