package dev.mikcar.sql.script;

import java.util.LinkedHashMap;
import java.util.Map;
import org.graalvm.polyglot.Context;
import org.jspecify.annotations.Nullable;

/** The sources used last, parsed once. Safe for any thread. */
final class SourceCache {
  private static final int MOST = 500;
  private static final int LONGEST_KEPT = 100_000;

  private final Map<String, ScriptSource> sources = new LinkedHashMap<>(16, 0.75f, true);

  ScriptSource get(String script, Context context) {
    ScriptSource known = known(script);
    if (known != null) {
      return known;
    }
    ScriptSource source = ScriptSource.of(script, context);
    if (script.length() <= LONGEST_KEPT) {
      keep(script, source);
    }
    return source;
  }

  private synchronized @Nullable ScriptSource known(String script) {
    return sources.get(script);
  }

  private synchronized void keep(String script, ScriptSource source) {
    sources.put(script, source);
    if (sources.size() > MOST) {
      sources.remove(sources.keySet().iterator().next());
    }
  }
}
