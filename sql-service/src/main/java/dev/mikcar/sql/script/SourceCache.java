package dev.mikcar.sql.script;

import dev.mikcar.common.error.ApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.graalvm.polyglot.Context;
import org.jspecify.annotations.Nullable;

/** The sources used last, parsed once. Safe for any thread. */
final class SourceCache {
  private static final int MOST = 500;
  private static final int LONGEST_KEPT = 100_000;

  /** What is parsed takes some 200 bytes a character: together no more than a tenth of the heap. */
  private static final int HEAP_PER_CHARACTER = 2048;

  private final long mostCharacters = Runtime.getRuntime().maxMemory() / HEAP_PER_CHARACTER;
  private long characters;

  private final Map<String, ScriptSource> sources = new LinkedHashMap<>(16, 0.75f, true);

  private final int longest;

  /**
   * @param longest the longest script, characters: parsing it takes many times its memory
   */
  SourceCache(int longest) {
    this.longest = longest;
  }

  /**
   * The source of a script.
   *
   * @throws ApiException when it is too long
   */
  ScriptSource get(String script, Context context) {
    if (script.length() > longest) {
      throw ScriptErrors.limit("the script is longer than " + longest + " characters");
    }
    ScriptSource known = known(script);
    if (known != null) {
      return known;
    }
    ScriptText.check(script);
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
    if (sources.put(script, source) == null) {
      characters += script.length();
    }
    var eldest = sources.keySet().iterator();
    while (sources.size() > MOST || (characters > mostCharacters && sources.size() > 1)) {
      characters -= eldest.next().length();
      eldest.remove();
    }
  }
}
