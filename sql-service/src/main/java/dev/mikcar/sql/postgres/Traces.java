package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.SqlText;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What statements do to their session, as far as their text tells: then the next user gets the
 * session reset. What a function or trigger of the database does there is not seen.
 */
final class Traces {
  private static final Set<String> LEAVING =
      Set.of("SET", "RESET", "LISTEN", "DECLARE", "DISCARD", "LOAD", "DO", "CALL");

  private static final Set<String> ALTERING = Set.of("CREATE", "ALTER", "DROP");

  /** What ends with the transaction. */
  private static final Pattern LOCAL =
      Pattern.compile("SET (?:LOCAL|TRANSACTION|CONSTRAINTS)\\b", Pattern.CASE_INSENSITIVE);

  private static final Pattern TEMPORARY =
      Pattern.compile(
          "\\b(?:CREATE(?: OR REPLACE)?|INTO) (?:(?:LOCAL|GLOBAL) )?TEMP(?:ORARY)?\\b|\\bpg_temp\\b",
          Pattern.CASE_INSENSITIVE);

  /** Settings and locks that outlive the transaction. */
  private static final Pattern FUNCTION =
      Pattern.compile(
          "advisory_lock|set_config(?!\\s?\\([^()]{0,500}?,\\s?true\\s?\\))",
          Pattern.CASE_INSENSITIVE);

  private Traces() {}

  /** Whether a session is not as the next user expects it after this statement. */
  static boolean leaves(String sql) {
    String text = SqlText.withoutComments(sql);
    return (LEAVING.contains(SqlText.words(sql).kind())
            && !LOCAL.matcher(SqlText.fromKind(text)).lookingAt())
        || TEMPORARY.matcher(text).find()
        || FUNCTION.matcher(text).find();
  }

  /** Whether it may change what other statements find when they are prepared. */
  static boolean altersTables(String sql) {
    return ALTERING.contains(SqlText.words(sql).kind())
        && !TEMPORARY.matcher(SqlText.withoutComments(sql)).find();
  }
}
