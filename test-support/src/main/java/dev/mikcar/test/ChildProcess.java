package dev.mikcar.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A process that does not outlive its test: closing kills it and all it started, and so does the
 * end of this JVM. Signals go through the handle, since {@link Process#destroy()} also closes the
 * pipes and loses the last words.
 */
final class ChildProcess implements AutoCloseable {
  private static final Duration KILLED = Duration.ofSeconds(10);

  private final Process process;
  private final Output output;
  private final Thread hook;

  /** Seen before the process ended; afterwards its orphans cannot be found. */
  private final Set<ProcessHandle> descendants = new HashSet<>();

  private ChildProcess(Process process) {
    this.process = process;
    this.output = Output.of(process);
    this.hook = new Thread(this::killAll, "kill-" + process.pid());
  }

  static ChildProcess start(ProcessBuilder builder) {
    try {
      ChildProcess child = new ChildProcess(builder.start());
      Runtime.getRuntime().addShutdownHook(child.hook);
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + builder.command(), e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Output output() {
    return output;
  }

  void signal(boolean force) {
    rememberDescendants();
    var _ = force ? process.toHandle().destroyForcibly() : process.toHandle().destroy();
  }

  /** The exit code, with all output read; empty if the process still runs after the limit. */
  OptionalInt awaitExit(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return OptionalInt.empty();
      }
      output.awaitEnd();
      return OptionalInt.of(process.exitValue());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for process " + pid(), e);
    }
  }

  @Override
  public void close() {
    killAll();
    Await.until(
        "process " + pid() + " and its descendants are gone",
        KILLED,
        () -> !isAlive() && descendants.stream().noneMatch(ProcessHandle::isAlive));
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook with it.
    }
  }

  private synchronized void killAll() {
    rememberDescendants();
    process.toHandle().destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  private synchronized void rememberDescendants() {
    process.descendants().forEach(descendants::add);
  }
}
