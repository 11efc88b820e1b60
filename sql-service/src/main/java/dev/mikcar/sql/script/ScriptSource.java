package dev.mikcar.sql.script;

import java.util.regex.Pattern;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

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
    Source expression = source("(async (input) => (" + script + "\n))");
    if (failure(expression, context) == null) {
      return new ScriptSource(expression, false);
    }
    Source statements = source("(async function (input) {" + script + "\n})");
    PolyglotException failure = failure(statements, context);
    if (failure == null) {
      return new ScriptSource(statements, false);
    }
    // An export is an error in both; what is none is in a comment or a text.
    if (MODULE.matcher(script).find()) {
      return new ScriptSource(
          Source.newBuilder("js", script, NAME)
              .mimeType("application/javascript+module")
              .buildLiteral(),
          true);
    }
    throw failure;
  }

  /** Null when it is JavaScript. */
  private static @Nullable PolyglotException failure(Source source, Context context) {
    try {
      context.parse(source);
      return null;
    } catch (PolyglotException e) {
      if (!e.isSyntaxError()) {
        throw e;
      }
      return e;
    }
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
