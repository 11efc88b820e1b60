package dev.mikcar.common.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Folders and files that only the user of the process may look into, whatever its umask: 0700 and
 * 0600 from the moment they are there. What exists keeps the mode that it has: an operator may have
 * given it on purpose. On a file system without modes they are made all the same.
 */
public final class PrivateFiles {
  private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private PrivateFiles() {}

  /**
   * Makes a folder, and those above it that are missing.
   *
   * @return the folder
   * @throws IOException when it is not there afterwards
   */
  public static Path folder(Path folder) throws IOException {
    return Files.createDirectories(folder, attributes(folder, FOLDER));
  }

  /**
   * Makes a folder where there is nothing.
   *
   * @return the folder
   * @throws FileAlreadyExistsException when something is there
   */
  public static Path newFolder(Path folder) throws IOException {
    return Files.createDirectory(folder, attributes(folder, FOLDER));
  }

  /**
   * Makes an empty file where there is none. A database that opens it afterwards keeps the mode,
   * for its file and for those it puts beside it (SQLite's {@code -wal} and {@code -shm}).
   *
   * @return the file
   */
  public static Path file(Path file) throws IOException {
    try {
      return Files.createFile(file, attributes(file, FILE));
    } catch (FileAlreadyExistsException e) {
      return file;
    }
  }

  /** Opens a file as {@link FileChannel#open(Path, OpenOption...)} does, and makes it private. */
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return FileChannel.open(file, Set.of(options), attributes(file, FILE));
  }

  private static FileAttribute<?>[] attributes(
      Path path, FileAttribute<Set<PosixFilePermission>> mode) {
    boolean modes = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    return modes ? new FileAttribute<?>[] {mode} : new FileAttribute<?>[0];
  }
}
