package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.files.HeldFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The file of a database. All connections are to the one that the first found or made: were it
 * removed, they would go on with a file that nobody finds again, and new ones would make another.
 */
final class DatabaseFile {
  private static final int RETRY_SECONDS = 60;

  private final Path path;
  private @Nullable HeldFile held;

  DatabaseFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /** Where to connect to; its folder is there. */
  synchronized String url() {
    requireInPlace();
    try {
      Path folder = path.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "jdbc:sqlite:" + path;
  }

  /** To be called when a connection is open. */
  synchronized void opened() {
    try {
      held = held == null ? HeldFile.at(path) : held;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails when it is not the file any more that was opened first. */
  synchronized void requireInPlace() {
    if (held != null && !held.isInPlace()) {
      throw new ApiException.BackendUnavailable(
          "the file of the database was removed or replaced; restart to use what is there now",
          RETRY_SECONDS);
    }
  }
}
