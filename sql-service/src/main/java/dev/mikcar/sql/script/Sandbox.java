package dev.mikcar.sql.script;

import java.io.OutputStream;
import java.util.function.Supplier;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.EnvironmentAccess;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotAccess;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.IOAccess;
import org.graalvm.polyglot.management.ExecutionListener;

/**
 * JavaScript without a way out: one engine, and for each script a context of its own that knows
 * nothing of Java, files, network, processes, threads or other scripts: what GraalVM's policy
 * {@code CONSTRAINED} demands, said one by one, because that policy refuses the limit on strings.
 *
 * @see <a href="https://www.graalvm.org/latest/security-guide/sandboxing/">Sandboxing</a>
 */
final class Sandbox implements AutoCloseable {
  private static final String LANGUAGE = "js";

  /** The most arguments of a call, also when they come from an array-like. */
  private static final String MOST_ARGUMENTS = "65535";

  /**
   * Gives a script its names, and takes off it, or replaces, what blocks a thread, or computes or
   * allocates any amount in one step: such a step does not notice that it is cancelled. What the
   * script is run with is kept apart from what it can change.
   */
  private static final Source PRELUDE = Prelude.source();

  private final int longest;
  private final Engine engine = withOwnLoader(Sandbox::newEngine);

  private static Engine newEngine() {
    Engine engine =
        Engine.newBuilder(LANGUAGE)
            .out(OutputStream.nullOutputStream())
            .err(OutputStream.nullOutputStream())
            .option("engine.WarnInterpreterOnly", "false")
            .build();
    // Where the stack overflows there is no room to notice a cancellation, and a catch, a finally
    // or a promise goes on from there: a tree of calls as wide as it is deep. A function that does
    // not begin any more has no branches.
    var _ =
        ExecutionListener.newBuilder()
            .onEnter(_ -> ScriptThread.requireGoingOn())
            .roots(true)
            .sourceFilter(source -> !source.isInternal())
            .attach(engine);
    return engine;
  }

  /** GraalVM finds JavaScript through the loader of the thread, which at the start is another. */
  private static Engine withOwnLoader(Supplier<Engine> work) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(Sandbox.class.getClassLoader());
    try {
      return work.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * @param longest the longest string of a script, characters: what one step makes of it, such as a
   *     list of them all, has to fit into the memory
   */
  Sandbox(int longest) {
    this.longest = longest;
  }

  /** A new context, to be closed. */
  Context open() {
    return Context.newBuilder(LANGUAGE)
        .engine(engine)
        .allowHostAccess(HostAccess.CONSTRAINED)
        .allowPolyglotAccess(PolyglotAccess.NONE)
        .allowIO(IOAccess.NONE)
        .allowEnvironmentAccess(EnvironmentAccess.NONE)
        .allowHostClassLookup(_ -> false)
        .allowHostClassLoading(false)
        .allowNativeAccess(false)
        .allowCreateThread(false)
        .allowCreateProcess(false)
        .allowInnerContextOptions(false)
        .out(OutputStream.nullOutputStream())
        .err(OutputStream.nullOutputStream())
        .option("js.esm-eval-returns-exports", "true")
        .allowExperimentalOptions(true)
        .option("js.string-length-limit", Integer.toString(longest))
        // One step of BigInt takes any time and memory.
        .option("js.bigint", "false")
        // What a script makes of texts would be parsed however long they are.
        .option("js.disable-eval", "true")
        // It reads lists of languages of any length.
        .option("js.intl-402", "false")
        .option("js.max-apply-argument-length", MOST_ARGUMENTS)
        .build();
  }

  /** What runs the function that it is given, and tells the bridge how that ended. */
  Value prepare(Context context, SqlBridge bridge, String input) {
    return context.eval(PRELUDE).execute(bridge, input);
  }

  @Override
  public void close() {
    engine.close(true);
  }
}
