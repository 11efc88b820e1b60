package dev.mikcar.storage.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An open folder. All is done relative to it and no symbolic link is followed (openat, renameat,
 * unlinkat), so that nothing outside can be reached, whatever happens to the names on the way to it
 * meanwhile.
 */
final class Directory implements AutoCloseable {
  private static final Path ITSELF = Path.of(".");

  private static final FileAttribute<?> OURS_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final SecureDirectoryStream<Path> folder;

  private Directory(SecureDirectoryStream<Path> folder) {
    this.folder = folder;
  }

  /** Opens a folder by a path that is trusted. */
  @SuppressWarnings({
    "MustBeClosed",
    "StreamResourceLeak"
  }) // The directory owns the stream and closes it.
  static Directory open(Path path) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(path);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return new Directory(secure);
    }
    stream.close();
    throw new IOException("this system cannot open files relative to a folder");
  }

  /**
   * A folder in this one.
   *
   * @throws NoSuchFileException when there is none
   */
  Directory child(String name) throws IOException {
    return new Directory(folder.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * A file, to be read.
   *
   * @throws NoSuchFileException when there is none
   */
  FileChannel read(String name) throws IOException {
    return channel(Path.of(name), StandardOpenOption.READ);
  }

  /** A new file, to be written, for nobody else to read. */
  @SuppressWarnings("MustBeClosed") // Whoever asked for it closes it.
  FileChannel create(String name) throws IOException {
    return (FileChannel)
        folder.newByteChannel(
            Path.of(name),
            Set.of(
                StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS),
            OURS_ONLY);
  }

  private FileChannel channel(Path name, OpenOption... options) throws IOException {
    Set<OpenOption> all = new HashSet<>(Set.of(options));
    all.add(LinkOption.NOFOLLOW_LINKS);
    // Of the default file system they are file channels.
    return (FileChannel) folder.newByteChannel(name, all);
  }

  /** Moves a file or a folder, in one step, in place of a file or an empty folder. */
  void move(String name, Directory target, String targetName) throws IOException {
    folder.move(Path.of(name), target.folder, Path.of(targetName));
  }

  /**
   * @throws NoSuchFileException when there is none
   */
  void deleteFile(String name) throws IOException {
    folder.deleteFile(Path.of(name));
  }

  /**
   * @throws java.nio.file.DirectoryNotEmptyException when something is in it
   */
  void deleteDirectory(String name) throws IOException {
    folder.deleteDirectory(Path.of(name));
  }

  /** Names that were made, moved or deleted in it are on stable storage afterwards. */
  void sync() throws IOException {
    try (FileChannel itself = channel(ITSELF, StandardOpenOption.READ)) {
      itself.force(true);
    }
  }

  /** Gives all names, in no order. */
  void forEach(Consumer<String> consumer) throws IOException {
    try (DirectoryStream<Path> fresh =
        folder.newDirectoryStream(ITSELF, LinkOption.NOFOLLOW_LINKS)) {
      for (Path path : fresh) {
        consumer.accept(String.valueOf(path.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
