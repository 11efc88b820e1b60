package dev.mikcar.sql.script;

/**
 * A thread of scripts. A platform thread: a virtual one would keep its carrier for as long as it
 * computes, and there are as few of those as processors.
 */
final class ScriptThread extends Thread {
  /** Deep enough for honest recursion; the script is told when it goes deeper. */
  private static final long STACK_BYTES = 1 << 20;

  /** Made before, since there may be no room for it later. */
  private final Stopped stopped = new Stopped();

  private volatile boolean stopping;

  ScriptThread(Runnable work) {
    super(null, work, "script", STACK_BYTES);
    setDaemon(true);
    setContextClassLoader(Scripts.class.getClassLoader());
  }

  /** Fails when the script that runs is to end; with no more stack than there is. */
  static void requireGoingOn() {
    if (Thread.currentThread() instanceof ScriptThread thread && thread.stopping) {
      throw thread.stopped;
    }
  }

  /** Lets the script that runs on it end, or begins with a new one. */
  void stopping(boolean now) {
    stopping = now;
  }

  /** The end of a script, which is not answered: its reason is. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("the script is to end", null, false, false);
    }
  }
}
