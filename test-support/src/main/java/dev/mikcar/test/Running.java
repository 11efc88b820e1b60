package dev.mikcar.test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A started process in its folder. */
record Running(ChildProcess child, Path folder, boolean isFolderOurs) implements AutoCloseable {
  private static final Duration DRAIN = Duration.ofSeconds(10);

  static Running start(ProcessBuilder process, Path folder, boolean isFolderOurs) {
    try {
      return new Running(
          ChildProcess.start(process.directory(folder.toFile())), folder, isFolderOurs);
    } catch (RuntimeException e) {
      if (isFolderOurs) {
        Folders.delete(folder);
      }
      throw e;
    }
  }

  String log() {
    return child.output().both();
  }

  /** As {@link Await#until}, but fails as soon as the process has ended without it. */
  void await(String what, Duration limit, BooleanSupplier condition) {
    Await.until(
        () -> what + "; log:\n" + log(),
        limit,
        () -> {
          if (condition.getAsBoolean()) {
            return true;
          }
          if (child.isAlive()) {
            return false;
          }
          int code = exitWithin(DRAIN, "its end");
          if (condition.getAsBoolean()) {
            return true;
          }
          throw new AssertionError(
              "The process exited with " + code + " before " + what + "; log:\n" + log());
        });
  }

  /** The exit code, with all output read. */
  int exitWithin(Duration limit, String event) {
    return child
        .awaitExit(limit)
        .orElseThrow(
            () ->
                new AssertionError(
                    "The process still runs " + limit + " after " + event + "; log:\n" + log()));
  }

  @Override
  public void close() {
    child.close();
    if (isFolderOurs) {
      Folders.delete(folder);
    }
  }
}
