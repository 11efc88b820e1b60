package dev.mikcar.common.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that is held open while its name may be taken away. What is written to a file without a
 * name works, and is gone when the process ends: so who promises durability looks here first.
 *
 * @param path where it was opened
 * @param key what the file system tells files apart by; null when it has no such thing
 */
public record HeldFile(Path path, @Nullable Object key) {
  /**
   * The file that is there now.
   *
   * @throws IOException when none is
   */
  public static HeldFile at(Path path) throws IOException {
    return new HeldFile(path, key(path));
  }

  /** Whether it is still there, and the same. */
  public boolean isInPlace() {
    try {
      return Objects.equals(key, key(path));
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }
}
