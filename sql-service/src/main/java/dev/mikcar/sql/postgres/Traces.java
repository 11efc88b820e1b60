package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.SqlText;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which statements may change the tables, as far as their text tells. It saves a failure and a
 * second try; who does it unseen is found out by the failure.
 */
final class Traces {
  private static final Set<String> ALTERING = Set.of("CREATE", "ALTER", "DROP");

  private static final Pattern TEMPORARY =
      Pattern.compile(
          "\\b(?:CREATE(?: OR REPLACE)?|INTO) (?:(?:LOCAL|GLOBAL) )?TEMP(?:ORARY)?\\b|\\bpg_temp\\b",
          Pattern.CASE_INSENSITIVE);

  private Traces() {}

  /** Whether it may change what other statements find when they are prepared. */
  static boolean altersTables(String sql) {
    return ALTERING.contains(SqlText.words(sql).kind())
        && !TEMPORARY.matcher(SqlText.withoutComments(sql)).find();
  }
}
