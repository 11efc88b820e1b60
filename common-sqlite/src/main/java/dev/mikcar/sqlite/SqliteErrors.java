package dev.mikcar.sqlite;

import dev.mikcar.common.error.ApiException;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's errors mean here. */
final class SqliteErrors {
  private static final int RETRY_SECONDS = 1;
  private static final int RETRY_FULL_SECONDS = 5;

  private SqliteErrors() {}

  /** Whether there was no room for what was to be written: a full disk, or a quota. */
  static boolean isAboutSpace(Exception e) {
    if (e instanceof Full) {
      return true;
    }
    return e instanceof SQLiteException sqlite
        && switch (sqlite.getResultCode()) {
          case SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE -> true;
          default -> false;
        };
  }

  /** Whether the disk itself failed, so that trying at once again is of no use. */
  static boolean isOfTheDisk(Exception e) {
    return e instanceof SQLiteException sqlite
        && !isAboutSpace(e)
        && (sqlite.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_IOERR.code;
  }

  /** As the caller is told; the log has the rest. */
  static RuntimeException translate(String name, Exception e) {
    if (e instanceof RuntimeException known) {
      return known;
    }
    return isAboutSpace(e)
        ? new ApiException.BackendUnavailable(
            "the disk of the " + name + " store is full; deleting works", RETRY_FULL_SECONDS)
        : unavailable(name);
  }

  static ApiException unavailable(String name) {
    return new ApiException.BackendUnavailable(
        "the " + name + " store cannot read or write now", RETRY_SECONDS);
  }

  /** Refused before SQLite was asked: what is left of the disk is for deletions. */
  static final class Full extends SQLException {
    private static final long serialVersionUID = 1L;

    Full() {
      super("the disk is full, but for what deletions need");
    }
  }
}
