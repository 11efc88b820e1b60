package dev.mikcar.sql.script;

import dev.mikcar.common.error.ApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SourceSection;
import org.jspecify.annotations.Nullable;

/** What is wrong with a script, as an answer. */
final class ScriptErrors {
  private static final int LONGEST = 1000;

  private ScriptErrors() {}

  /** A throw or a syntax error, with its line when it has one. */
  static ApiException of(PolyglotException e) {
    String message = String.valueOf(e.getMessage());
    // A syntax error goes on with where it is, and with the code, in which there is some of ours.
    String sentence = message.lines().findFirst().orElse(message);
    return of(
        sentence.replaceFirst("\\b" + ScriptSource.NAME + ":\\d+:\\d+ ", ""),
        Stream.concat(
                Stream.ofNullable(e.getSourceLocation()),
                StreamSupport.stream(e.getPolyglotStackTrace().spliterator(), false)
                    .map(PolyglotException.StackFrame::getSourceLocation))
            .filter(ScriptErrors::isOfScript)
            .findFirst()
            .map(SourceSection::getStartLine)
            .orElse(null));
  }

  private static boolean isOfScript(@Nullable SourceSection where) {
    return where != null
        && where.isAvailable()
        && where.getSource().getName().equals(ScriptSource.NAME);
  }

  /**
   * @param line from 1; null when not known
   */
  static ApiException of(String message, @Nullable Integer line) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (line != null) {
      fields.put("line", line);
    }
    String start = message.substring(0, Math.min(message.length(), LONGEST));
    return new ApiException.OfService(
        400, "SCRIPT_ERROR", line == null ? start : start + " (line " + line + ")", fields);
  }

  /** It used more than it may. */
  static ApiException limit(String message) {
    return new ApiException.OfService(400, "SCRIPT_LIMIT", message, Map.of());
  }

  static ApiException timeout(long millis) {
    return new ApiException.OfService(
        504, "SCRIPT_TIMEOUT", "the script took longer than " + millis + " ms", Map.of());
  }
}
