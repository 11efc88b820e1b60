package dev.mikcar.sql.script;

import dev.mikcar.common.error.ApiException;

/**
 * Looks at a script before the parser does, which notices no cancellation: what takes it long is
 * refused.
 */
final class ScriptText {
  /**
   * Characters of a regular expression: to make an automaton of it takes more than their square.
   */
  private static final int LONGEST_PATTERN = 2048;

  /** The parser copies the line for each error, and there may be as many as characters. */
  private static final long MOST_COPIED = 1L << 27;

  private ScriptText() {}

  /**
   * Passes what is parsed in bounded time.
   *
   * @throws ApiException when it may not be
   */
  static void check(String script) {
    if (script.lines().mapToLong(String::length).max().orElse(0) * script.length() > MOST_COPIED) {
      throw ScriptErrors.limit("the script has too long lines: break them");
    }
    int line = lineOfLongPattern(script);
    if (line > 0) {
      throw ScriptErrors.limit(
          "line "
              + line
              + " may hold a regular expression of more than "
              + LONGEST_PATTERN
              + " characters: break it after a slash");
    }
  }

  /**
   * A slash may begin a regular expression, or divide, or stand in a text: which, only a parser can
   * tell. So each is taken for the begin of one, which ends at the next slash that is neither
   * escaped nor in a class, and at the end of the line in any case.
   *
   * @return its number, from 1; 0 when there is none
   */
  private static int lineOfLongPattern(String script) {
    int line = 1;
    // Where the longest begins that is open, outside of a class and in one; none: at the end.
    int outside = script.length();
    int inside = script.length();
    for (int i = 0; i < script.length(); i++) {
      switch (script.charAt(i)) {
        case '\n', '\r', '\u2028', '\u2029' -> {
          line += script.charAt(i) == '\n' ? 1 : 0;
          outside = script.length();
          inside = script.length();
        }
        case '\\' -> i++;
        case '/' -> outside = i;
        case '[' -> {
          inside = Math.min(inside, outside);
          outside = script.length();
        }
        case ']' -> {
          outside = Math.min(inside, outside);
          inside = script.length();
        }
        default -> {
          if (i - Math.min(inside, outside) > LONGEST_PATTERN) {
            return line;
          }
        }
      }
    }
    return 0;
  }
}
