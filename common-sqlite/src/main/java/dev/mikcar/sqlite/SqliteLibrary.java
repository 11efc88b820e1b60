package dev.mikcar.sqlite;

import dev.mikcar.common.files.UnpackedLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Has sqlite-jdbc load the native library that the build unpacked beside our classes or jars. Of
 * itself it would unpack one into the temporary folder, which fails where that is not writable or
 * executable, and leaves it behind when the process is killed.
 *
 * @see <a href="https://github.com/xerial/sqlite-jdbc/blob/master/USAGE.md">org.sqlite.lib.path</a>
 */
public final class SqliteLibrary {
  private static final String PATH = "org.sqlite.lib.path";

  private SqliteLibrary() {}

  /**
   * To be called before the first connection; later calls change nothing, nor do they where an
   * operator has set the path. On a platform that the build unpacked nothing for, sqlite-jdbc goes
   * its own way.
   */
  public static void use() {
    if (System.getProperty(PATH) == null) {
      UnpackedLibraries.beside(SqliteLibrary.class, platform())
          .ifPresent(folder -> System.setProperty(PATH, folder.toString()));
    }
  }

  /** The folder that sqlite-jdbc has for this platform in its jar. */
  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String folder = arch.equals("amd64") ? "x86_64" : arch;
    if (os.contains("linux")) {
      return (isMusl() ? "Linux-Musl/" : "Linux/") + folder;
    }
    return (os.contains("mac") ? "Mac/" : os + '/') + folder;
  }

  private static boolean isMusl() {
    try {
      return Files.readString(Path.of("/proc/self/maps")).contains("/ld-musl-");
    } catch (IOException e) {
      return false;
    }
  }
}
