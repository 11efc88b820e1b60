package dev.mikcar.sql.script;

import java.util.regex.Pattern;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * A script in one of its forms, as a source whose lines are those of the script. Parsed sources are
 * kept by the engine for as long as this is.
 */
final class ScriptSource {
  private static final Pattern MODULE = Pattern.compile("(?:^|[;}\\s])export\\s+default\\b");

  /** What a script is called in its errors. */
  static final String NAME = "script";

  private final Source source;
  private final boolean isModule;

  private ScriptSource(Source source, boolean isModule) {
    this.source = source;
    this.isModule = isModule;
  }

  /**
   * Finds out the form.
   *
   * @throws PolyglotException when it is none: where it is wrong as a list of statements
   */
  static ScriptSource of(String script, Context context) {
    if (MODULE.matcher(script).find()) {
      return new ScriptSource(
          Source.newBuilder("js", script, NAME)
              .mimeType("application/javascript+module")
              .buildLiteral(),
          true);
    }
    Source expression = source("(async (input) => (" + script + "\n))");
    try {
      context.parse(expression);
      return new ScriptSource(expression, false);
    } catch (PolyglotException e) {
      if (!e.isSyntaxError()) {
        throw e;
      }
    }
    Source statements = source("(async function (input) {" + script + "\n})");
    context.parse(statements);
    return new ScriptSource(statements, false);
  }

  /** Async, so that a script may await; with nothing of ours on a line before the script's. */
  private static Source source(String function) {
    return Source.newBuilder("js", function, NAME).buildLiteral();
  }

  /** What to start: a function, or a value. */
  Value in(Context context) {
    Value value = context.eval(source);
    return isModule ? value.getMember("default") : value;
  }
}
