package dev.mikcar.sql.database;

import dev.mikcar.common.error.ApiException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be told of a statement by its words alone. Used for the audit, to choose a connection,
 * and to find placeholders; never to decide whether a statement is harmless.
 */
public final class SqlText {
  private static final Set<String> TRANSACTION_CONTROL =
      Set.of(
          "BEGIN",
          "START",
          "COMMIT",
          "END",
          "ROLLBACK",
          "ABORT",
          "SAVEPOINT",
          "RELEASE",
          "PREPARE");
  private static final Set<String> PREPARED = Set.of("EXECUTE", "DEALLOCATE");

  private static final Pattern TABLE =
      Pattern.compile(
          "\\b(?:FROM|INTO|UPDATE|TABLE|ON)\\s+(?:ONLY\\s+|IF\\s+(?:NOT\\s+)?EXISTS\\s+)*"
              + "((?:\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*)"
              + "(?:\\.(?:\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*))?)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\s]+");
  private static final int LONGEST_SEARCHED = 4096;

  /** Handlers repeat their statements; what is kept of them stays below some MiB. */
  private static final int LONGEST_KEPT = 1024;

  private static final int MOST_KEPT = 1024;
  private static final Map<String, Words> KNOWN = new ConcurrentHashMap<>();

  private SqlText() {}

  /**
   * What the audit calls a statement.
   *
   * @param kind its first word in capitals, such as {@code SELECT}; empty when there is none
   * @param table the first table it names, or a dash; a guess
   */
  public record Words(String kind, String table) {}

  /** What the audit calls a statement; of short ones it is remembered. */
  public static Words words(String sql) {
    Words known = KNOWN.get(sql);
    if (known != null) {
      return known;
    }
    Words words = new Words(firstWord(sql), firstTable(sql));
    if (sql.length() <= LONGEST_KEPT) {
      if (KNOWN.size() >= MOST_KEPT) {
        KNOWN.clear();
      }
      KNOWN.put(sql, words);
    }
    return words;
  }

  private static String firstWord(String sql) {
    int at = start(sql);
    int end = at;
    while (end < sql.length() && Character.isLetter(sql.charAt(end)) && end - at < 32) {
      end++;
    }
    return sql.substring(at, end).toUpperCase(Locale.ROOT);
  }

  /** The statement from its first word on, without what stands before it. */
  public static String fromKind(String sql) {
    return sql.substring(start(sql));
  }

  /** The index after blanks, comments, brackets and semicolons. */
  private static int start(String sql) {
    int at = 0;
    while (at < sql.length()) {
      int after = skipBlank(sql, at);
      if (after == at && sql.charAt(at) != '(' && sql.charAt(at) != ';') {
        break;
      }
      at = after == at ? at + 1 : after;
    }
    return at;
  }

  private static String firstTable(String sql) {
    Matcher m = TABLE.matcher(sql).region(0, Math.min(sql.length(), LONGEST_SEARCHED));
    return m.find() ? CONTROL.matcher(m.group(1)).replaceAll(" ") : "-";
  }

  /**
   * The kind, of a statement that leaves transactions to the service.
   *
   * @throws ApiException.BadRequest when there is no statement, or it begins or ends a transaction
   */
  public static String checkedKind(String sql) {
    String kind = words(sql).kind();
    if (kind.isEmpty()) {
      throw new ApiException.BadRequest("field 'sql' has no statement");
    }
    if (sql.indexOf('\0') >= 0) {
      throw new ApiException.BadRequest("field 'sql' has a NUL character");
    }
    if (isAmbiguous(sql)) {
      throw new ApiException.BadRequest(
          "a comment before the statement holds another, or a carriage return alone");
    }
    if (PREPARED.contains(kind)) {
      throw new ApiException.BadRequest(kind + " is not taken: statements are prepared as needed");
    }
    if (TRANSACTION_CONTROL.contains(kind)) {
      throw new ApiException.BadRequest(
          kind + " is not taken: /sql/batch and /sql/script run in one transaction");
    }
    return kind;
  }

  /** Databases differ in where such a comment ends: what one skips is a statement to another. */
  private static boolean isAmbiguous(String sql) {
    int end = start(sql);
    for (int at = 0; at < end; ) {
      int after = skipBlank(sql, at);
      if (sql.startsWith("/*", at) && sql.substring(at + 2, after).contains("/*")) {
        return true;
      }
      if (sql.startsWith("--", at) && hasLoneReturn(sql.substring(at, after))) {
        return true;
      }
      at = Math.max(after, at + 1);
    }
    return false;
  }

  private static boolean hasLoneReturn(String comment) {
    return comment.replace("\r\n", "").indexOf('\r') >= 0;
  }

  /** With one space for every run of blanks and comments outside of quotes. */
  public static String withoutComments(String sql) {
    StringBuilder out = new StringBuilder(sql.length());
    for (int at = 0; at < sql.length(); ) {
      int after = skipBlank(sql, at);
      if (after == at) {
        after = skipQuoted(sql, at);
        out.append(sql, at, after);
      } else if (out.isEmpty() || out.charAt(out.length() - 1) != ' ') {
        out.append(' ');
      }
      at = after;
    }
    return out.toString();
  }

  /** Writes another text for each placeholder {@code $n} outside of quotes and comments. */
  public static String replacePlaceholders(String sql, IntFunction<String> placeholder) {
    if (sql.indexOf('$') < 0) {
      return sql;
    }
    StringBuilder out = new StringBuilder(sql.length() + 16);
    for (int at = 0; at < sql.length(); ) {
      int after = skipBlank(sql, at);
      if (after == at && sql.charAt(at) == '$' && isDigit(sql, at + 1) && !isWord(sql, at - 1)) {
        after = at + 1;
        while (isDigit(sql, after)) {
          after++;
        }
        if (after - at > 6) {
          throw new ApiException.BadRequest("a placeholder has too large a number");
        }
        out.append(placeholder.apply(Integer.parseInt(sql.substring(at + 1, after))));
      } else {
        after = after == at ? skipQuoted(sql, at) : after;
        out.append(sql, at, after);
      }
      at = after;
    }
    return out.toString();
  }

  private static boolean isDigit(String sql, int at) {
    return at < sql.length() && sql.charAt(at) >= '0' && sql.charAt(at) <= '9';
  }

  private static boolean isWord(String sql, int at) {
    return at >= 0 && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '_');
  }

  /** The index after the blank or comment that begins here; the same when none does. */
  private static int skipBlank(String sql, int at) {
    char c = sql.charAt(at);
    if (Character.isWhitespace(c) || c == '\uFEFF') {
      return at + 1;
    }
    if (sql.startsWith("--", at)) {
      int end = sql.indexOf('\n', at);
      return end < 0 ? sql.length() : end + 1;
    }
    if (sql.startsWith("/*", at)) {
      int end = sql.indexOf("*/", at + 2);
      return end < 0 ? sql.length() : end + 2;
    }
    return at;
  }

  /** The index after the quoted text that begins here, or after the character. */
  private static int skipQuoted(String sql, int at) {
    char open = sql.charAt(at);
    if (open != '\'' && open != '"' && open != '`' && open != '[') {
      return at + 1;
    }
    char close = open == '[' ? ']' : open;
    int end = sql.indexOf(close, at + 1);
    return end < 0 ? sql.length() : end + 1;
  }
}
