package dev.mikcar.sql.database;

import dev.mikcar.common.error.ApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error of the database, and what it is in HTTP. States are those of the SQL standard and of
 * PostgreSQL (<a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">appendix
 * A</a>), on every backend.
 *
 * @param sqlstate five characters
 * @param message the sentence of the database
 * @param position the character of the statement where it is, from 1; null when not known
 */
public record SqlFailure(
    String sqlstate,
    String message,
    @Nullable String detail,
    @Nullable String hint,
    @Nullable Integer position,
    @Nullable String constraint,
    @Nullable String table,
    @Nullable String column) {

  public static SqlFailure of(String sqlstate, String message) {
    return new SqlFailure(sqlstate, message, null, null, null, null, null, null);
  }

  /** More rows than were asked for at most. */
  public static ApiException tooLarge(String limit) {
    return new ApiException.OfService(
        413,
        "RESULT_TOO_LARGE",
        "the result is larger than " + limit + "; ask for less, or for application/x-ndjson",
        Map.of());
  }

  /** The answer. */
  public ApiException toApi() {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, "sqlstate", sqlstate);
    put(fields, "detail", detail);
    put(fields, "hint", hint);
    put(fields, "position", position);
    put(fields, "constraint", constraint);
    put(fields, "table", table);
    put(fields, "column", column);
    int status = status();
    return new ApiException.OfService(status, code(status), message, fields);
  }

  private int status() {
    return switch (sqlstate) {
      case "40001", "40P01", "55P03", "55006" -> 409;
      case "42501", "25006" -> 403;
      case "57014" -> 504;
      // 44: WITH CHECK OPTION; XX, 58, F0: the server's own troubles; 3D, 28: it does not let us
      // in.
      default ->
          switch (sqlstate.substring(0, 2)) {
            case "23", "44" -> 409;
            case "08", "53", "57", "58", "F0", "XX", "28", "3D" -> 503;
            default -> 400;
          };
    };
  }

  private String code(int status) {
    return switch (status) {
      case 403 -> "FORBIDDEN";
      case 503 -> "BACKEND_UNAVAILABLE";
      case 504 -> "BACKEND_TIMEOUT";
      case 409 ->
          switch (sqlstate) {
            case "40001", "40P01" -> "SERIALIZATION_FAILURE";
            case "55P03", "55006" -> "LOCKED";
            default -> "CONSTRAINT_VIOLATION";
          };
      default -> "SQL_ERROR";
    };
  }

  private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }
}
