package dev.mikcar.sql.script;

/**
 * A thread of scripts. A platform thread: a virtual one would keep its carrier for as long as it
 * computes, and there are as few of those as processors.
 */
final class ScriptThread extends Thread {
  /** Deep enough for honest recursion; the script is told when it goes deeper. */
  private static final long STACK_BYTES = 1 << 20;

  private volatile boolean stopping;

  ScriptThread(Runnable work) {
    super(null, work, "script", STACK_BYTES);
    setDaemon(true);
    setContextClassLoader(Scripts.class.getClassLoader());
  }

  /** Whether the script that runs is to end: asked at the begin of each of its functions. */
  static boolean isStopping() {
    return Thread.currentThread() instanceof ScriptThread thread && thread.stopping;
  }

  /** Lets the script that runs on it end, or begins with a new one. */
  void stopping(boolean now) {
    stopping = now;
  }
}
