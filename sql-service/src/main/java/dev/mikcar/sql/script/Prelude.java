package dev.mikcar.sql.script;

import org.graalvm.polyglot.Source;

/** What runs before a script, in its context. */
final class Prelude {
  private Prelude() {}

  /** A function of the bridge and the input, which gives the one that starts a script. */
  static Source source() {
    return Source.newBuilder("js", Steps.TEXT + START, "mikcar").internal(true).buildLiteral();
  }

  private static final String START =
      """
      (function (bridge, inputText) {
        const { parse, stringify } = JSON;
        const params = (list) => {
          if (list === undefined || list === null) return '[]';
          if (!Array.isArray(list)) throw new TypeError('params must be an array');
          return stringify(list);
        };
        const json = (value) => {
          const text = stringify(value);
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
      })""";
}
