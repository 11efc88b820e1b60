package dev.mikcar.sql.script;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Leaves a thread only the processor time that nobody else wants. To Linux each thread is a process
 * of its own with a nice value, which anybody may raise, and which Java does not set. Elsewhere it
 * does nothing.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/setpriority.2.html">setpriority(2), notes</a>
 */
final class LowPriority {
  private static final Logger LOG = Logger.getLogger(LowPriority.class);
  private static final int PRIO_PROCESS = 0;
  private static final int NICEST = 19;

  private static final Optional<MethodHandle> GETTID =
      function("gettid", FunctionDescriptor.of(ValueLayout.JAVA_INT));
  private static final Optional<MethodHandle> SETPRIORITY =
      function(
          "setpriority",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));

  private LowPriority() {}

  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return System.getProperty("os.name", "").equals("Linux")
        ? linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, type))
        : Optional.empty();
  }

  /** The number of this thread to the system; 0 where there is none. */
  static int thisThread() {
    return GETTID.map(gettid -> call(() -> (int) gettid.invokeExact())).orElse(0);
  }

  /** For good: nobody but root may take it back. */
  static void give(int thread) {
    if (thread > 0) {
      int failed =
          SETPRIORITY
              .map(set -> call(() -> (int) set.invokeExact(PRIO_PROCESS, thread, NICEST)))
              .orElse(0);
      LOG.debugf("Thread %d has the lowest priority, %d", thread, failed);
    }
  }

  private interface Call {
    int run() throws Throwable;
  }

  private static int call(Call call) {
    try {
      return call.run();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
