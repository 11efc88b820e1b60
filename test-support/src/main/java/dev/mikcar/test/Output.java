package dev.mikcar.test;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What a process writes, read into memory by two daemon threads as it comes. */
final class Output {
  /** How long a descendant that outlives the process and holds its pipes is waited for. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final Object lock = new Object();
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder err = new StringBuilder();
  private final StringBuilder both = new StringBuilder();
  private final List<Thread> readers;

  private Output(Process process) {
    long pid = process.pid();
    Reader stdout = process.inputReader(StandardCharsets.UTF_8);
    Reader stderr = process.errorReader(StandardCharsets.UTF_8);
    this.readers =
        List.of(
            Thread.ofPlatform().daemon().name("stdout-" + pid).unstarted(() -> copy(stdout, out)),
            Thread.ofPlatform().daemon().name("stderr-" + pid).unstarted(() -> copy(stderr, err)));
  }

  static Output of(Process process) {
    Output output = new Output(process);
    output.readers.forEach(Thread::start);
    return output;
  }

  String out() {
    synchronized (lock) {
      return out.toString();
    }
  }

  String err() {
    synchronized (lock) {
      return err.toString();
    }
  }

  /** Standard output and error in the order they were read. */
  String both() {
    synchronized (lock) {
      return both.toString();
    }
  }

  boolean contains(String substring) {
    synchronized (lock) {
      return both.indexOf(substring) >= 0;
    }
  }

  /** Waits until all that an ended process wrote has been read. */
  void awaitEnd() throws InterruptedException {
    for (Thread reader : readers) {
      boolean ended = reader.join(LAST_WORDS);
      if (!ended) {
        return;
      }
    }
  }

  private void copy(Reader from, StringBuilder to) {
    char[] buffer = new char[8192];
    try (from) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        synchronized (lock) {
          to.append(buffer, 0, n);
          both.append(buffer, 0, n);
        }
      }
    } catch (IOException e) {
      synchronized (lock) {
        both.append("\n[the rest of the output is lost: ").append(e).append("]\n");
      }
    }
  }
}
