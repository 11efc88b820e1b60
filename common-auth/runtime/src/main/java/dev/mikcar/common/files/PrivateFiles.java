package dev.mikcar.common.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and folders for the user of this process only, from the moment they are made, whatever the
 * umask. What is there already keeps its mode: somebody may have chosen it.
 */
public final class PrivateFiles {
  /** The mode of a new file, 0600. */
  public static final FileAttribute<Set<PosixFilePermission>> FILE = mode("rw-------");

  /** The mode of a new folder, 0700. */
  public static final FileAttribute<Set<PosixFilePermission>> FOLDER = mode("rwx------");

  private PrivateFiles() {}

  private static FileAttribute<Set<PosixFilePermission>> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  /**
   * Makes a folder, and those that it is in, as far as they are not there.
   *
   * @throws IOException also when something that is no folder is in the way
   */
  public static void makeFolders(Path folder) throws IOException {
    Files.createDirectories(folder, FOLDER);
  }

  /** Makes a file, empty, when it is not there. */
  public static void makeFile(Path file) throws IOException {
    try {
      Files.createFile(file, FILE);
    } catch (FileAlreadyExistsException e) {
      // As it is after every start but the first.
    }
  }
}
