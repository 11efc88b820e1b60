package dev.mikcar.sql.sqlite;

import dev.mikcar.sql.database.SqlFailure;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Result codes of SQLite in the states of the SQL standard. */
final class SqliteErrors {
  /** {@code [CODE] what the driver says (what SQLite says)}. */
  private static final Pattern MESSAGE =
      Pattern.compile("\\[\\w+]\\s*.*? \\((.*)\\)", Pattern.DOTALL);

  private static final Pattern COLUMN =
      Pattern.compile("(?:UNIQUE|NOT NULL) constraint failed: (\\w+)\\.(\\w+)");
  private static final Pattern CHECK = Pattern.compile("CHECK constraint failed: (.*)");

  private SqliteErrors() {}

  static RuntimeException translate(SQLException e) {
    SQLiteErrorCode code =
        e instanceof SQLiteException s ? s.getResultCode() : SQLiteErrorCode.SQLITE_ERROR;
    String message = message(e);
    if (primary(code) == SQLiteErrorCode.SQLITE_READONLY) {
      return message.contains("readonly database")
          ? new NotReading()
          : SqlFailure.of("25006", message).toApi();
    }
    Matcher column = COLUMN.matcher(message);
    boolean named = column.find();
    Matcher check = CHECK.matcher(message);
    return new SqlFailure(
            state(code, message),
            message,
            null,
            null,
            null,
            check.find() ? check.group(1) : null,
            named ? column.group(1) : null,
            named ? column.group(2) : null)
        .toApi();
  }

  /** Whether another process held the database all the time that the statement waited. */
  static boolean isLocked(SQLException e) {
    return e instanceof SQLiteException s
        && primary(s.getResultCode()) == SQLiteErrorCode.SQLITE_BUSY;
  }

  private static String message(SQLException e) {
    String text = String.valueOf(e.getMessage());
    Matcher m = MESSAGE.matcher(text);
    return m.matches() ? m.group(1) : text;
  }

  private static String state(SQLiteErrorCode code, String message) {
    return switch (code) {
      case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID ->
          "23505";
      case SQLITE_CONSTRAINT_NOTNULL -> "23502";
      case SQLITE_CONSTRAINT_FOREIGNKEY -> "23503";
      case SQLITE_CONSTRAINT_CHECK -> "23514";
      case SQLITE_CONSTRAINT_DATATYPE -> "42804";
      default ->
          switch (primary(code)) {
            case SQLITE_CONSTRAINT -> "23000";
            case SQLITE_INTERRUPT -> "57014";
            case SQLITE_BUSY, SQLITE_LOCKED -> "53300";
            case SQLITE_FULL, SQLITE_NOMEM -> "53100";
            case SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN -> "58030";
            case SQLITE_AUTH, SQLITE_PERM -> "42501";
            case SQLITE_TOOBIG -> "54000";
            case SQLITE_MISMATCH -> "42804";
            default -> ofMessage(message);
          };
    };
  }

  /** SQLite has one code for all that is wrong with a statement. */
  private static String ofMessage(String message) {
    if (message.contains("syntax error") || message.contains("incomplete input")) {
      return "42601";
    }
    if (message.contains("no such table")) {
      return "42P01";
    }
    if (message.contains("no such column") || message.contains("has no column")) {
      return "42703";
    }
    if (message.contains("no such function")) {
      return "42883";
    }
    return message.contains("already exists") ? "42P07" : "42000";
  }

  /** The low byte of an extended result code. */
  private static SQLiteErrorCode primary(SQLiteErrorCode code) {
    return SQLiteErrorCode.getErrorCode(code.code & 0xff);
  }
}
