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

/**
 * JavaScript without a way out: one engine, and for each script a context of its own that knows
 * nothing of Java, files, network, processes, threads or other scripts: what GraalVM's policy
 * {@code CONSTRAINED} demands, said one by one, because that policy refuses the limit on strings.
 *
 * @see <a href="https://www.graalvm.org/latest/security-guide/sandboxing/">Sandboxing</a>
 */
final class Sandbox implements AutoCloseable {
  private static final String LANGUAGE = "js";

  /** The longest string, in characters: no single one can fill the memory. */
  private static final String LONGEST = Integer.toString(16 << 20);

  /**
   * Gives a script its names, and takes off it what blocks a thread, or allocates any amount of
   * memory in one step. What the script is run with is kept apart from what it can change.
   */
  private static final Source PRELUDE =
      Source.newBuilder(
              LANGUAGE,
              """
              (function (bridge, inputText) {
                const { parse, stringify } = JSON;
                const safe = Number.MAX_SAFE_INTEGER;
                const plain = (key, value) =>
                  typeof value === 'bigint'
                    ? (value <= safe && value >= -safe ? Number(value) : String(value))
                    : value;
                const params = (list) => {
                  if (list === undefined || list === null) return '[]';
                  if (!Array.isArray(list)) throw new TypeError('params must be an array');
                  return stringify(list, plain);
                };
                const json = (value) => {
                  const text = stringify(value, plain);
                  return text === undefined ? 'null' : text;
                };
                const sql = Object.freeze({
                  query: (text, list) => parse(bridge.query(String(text), params(list))),
                  execute: (text, list) => bridge.execute(String(text), params(list)),
                });
                for (const name of ['load', 'loadWithNewGlobal', 'print', 'printErr', 'quit', 'exit',
                  'read', 'readbuffer', 'readline', 'Graal', 'Polyglot', 'Java', 'Packages',
                  'SharedArrayBuffer', 'Atomics', 'WebAssembly', 'ArrayBuffer', 'DataView',
                  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array',
                  'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array',
                  'BigInt64Array', 'BigUint64Array']) {
                  delete globalThis[name];
                }
                const input = parse(inputText);
                Object.defineProperty(globalThis, 'sql', { value: sql });
                Object.defineProperty(globalThis, 'input', { value: input, writable: true });
                return (start) => {
                  (async () => {
                    let value = await start(input);
                    if (typeof value === 'function') value = await value(input);
                    return json(value);
                  })().then((text) => bridge.done(text), (error) => bridge.failed(error, String(error)));
                };
              })""",
              "mikcar")
          .internal(true)
          .buildLiteral();

  private final Engine engine = withOwnLoader(Sandbox::newEngine);

  private static Engine newEngine() {
    return Engine.newBuilder(LANGUAGE)
        .out(OutputStream.nullOutputStream())
        .err(OutputStream.nullOutputStream())
        .option("engine.WarnInterpreterOnly", "false")
        .build();
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
        .option("js.string-length-limit", LONGEST)
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
