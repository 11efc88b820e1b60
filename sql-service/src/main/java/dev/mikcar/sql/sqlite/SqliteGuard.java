package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.SqlText;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Statements of SQLite that reach beyond the database, to other files, or that change the
 * connection for everybody after. Only one statement runs at a time, so its first words tell.
 */
final class SqliteGuard {
  private static final Pattern PRAGMA =
      Pattern.compile(
          "PRAGMA\\s+(?:main\\s*\\.\\s*)?(\\w+)\\s*(?:[=(;].*)?",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** Those that tell something, or change the file only. */
  private static final Set<String> HARMLESS =
      Set.of(
          "application_id",
          "collation_list",
          "compile_options",
          "encoding",
          "foreign_key_check",
          "foreign_key_list",
          "freelist_count",
          "function_list",
          "index_info",
          "index_list",
          "index_xinfo",
          "integrity_check",
          "optimize",
          "page_count",
          "page_size",
          "pragma_list",
          "quick_check",
          "table_info",
          "table_list",
          "table_xinfo",
          "user_version",
          "wal_checkpoint");

  private SqliteGuard() {}

  /**
   * The kind of the statement.
   *
   * @throws ApiException.Forbidden when it is one that is not run
   * @throws ApiException.BadRequest when it is none, or more than one
   */
  static String check(String sql) {
    String kind = SqlText.checkedKind(sql);
    if (SqlText.hasSecondStatement(sql)) {
      throw new ApiException.BadRequest("there is more than one statement; see /sql/batch");
    }
    switch (kind) {
      case "ATTACH", "DETACH" -> throw new ApiException.Forbidden(kind + " is not taken");
      case "VACUUM" -> {
        if (sql.toUpperCase(Locale.ROOT).contains("INTO")) {
          throw new ApiException.Forbidden("VACUUM INTO is not taken");
        }
      }
      case "PRAGMA" -> {
        Matcher pragma = PRAGMA.matcher(SqlText.fromKind(sql));
        if (!pragma.matches() || !HARMLESS.contains(pragma.group(1).toLowerCase(Locale.ROOT))) {
          throw new ApiException.Forbidden("this PRAGMA is not taken");
        }
      }
      default -> {}
    }
    return kind;
  }
}
