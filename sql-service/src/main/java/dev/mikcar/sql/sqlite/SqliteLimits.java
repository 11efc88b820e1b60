package dev.mikcar.sql.sqlite;

import java.sql.SQLException;
import java.util.List;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/**
 * What no statement of a connection can do, however it is written or reached: through views,
 * triggers, generated columns, indexes, or a schema that somebody else has written.
 *
 * @see <a href="https://www.sqlite.org/security.html">Defense Against The Dark Arts</a>
 */
final class SqliteLimits {
  /**
   * Functions that hand over addresses of native code (the kind of CVE-2015-7036), load such code,
   * or write to the log of SQLite. The driver has no authorizer and no {@code sqlite3_db_config};
   * but a function of the same name takes the place of the one that SQLite registers.
   */
  private static final List<Refused> REFUSED =
      List.of(
          new Refused("fts3_tokenizer", 1),
          new Refused("fts3_tokenizer", 2),
          new Refused("load_extension", 1),
          new Refused("load_extension", 2),
          new Refused("sqlite_log", 2),
          // The driver adds extension-functions.c, which cuts a length of 64 bits to 32: replicate
          // of 4,294,967,296 writes beyond its memory. What does not only compute a number is out.
          new Refused("charindex", 2),
          new Refused("charindex", 3),
          new Refused("difference", 2),
          new Refused("leftstr", 2),
          new Refused("rightstr", 2),
          new Refused("padc", 2),
          new Refused("padl", 2),
          new Refused("padr", 2),
          new Refused("proper", 1),
          new Refused("replicate", 2),
          new Refused("reverse", 1),
          new Refused("strfilter", 2),
          // These keep a tree of all values, and go through it by recursion.
          new Refused("lower_quartile", 1),
          new Refused("median", 1),
          new Refused("mode", 1),
          new Refused("upper_quartile", 1));

  /**
   * {@code SQLITE_UTF8}, which with the driver's {@code SQLITE_UTF16} is {@code SQLITE_ANY}: in
   * place of the old one whatever the encoding of the database, which may change while it is empty.
   */
  private static final int ANY_ENCODING = 1;

  /** Not in a schema. */
  private static final int DIRECT_ONLY = 0x80000;

  /** Of LIKE and GLOB, which take as long as the pattern times the text, and are not cut off. */
  private static final int LONGEST_PATTERN = 1000;

  private static final int LONGEST_STATEMENT = 1_000_000;
  private static final int MOST_COLUMNS = 2000;
  private static final int MOST_OPERATIONS = 1_000_000;

  private SqliteLimits() {}

  /** A function that is not to be had, with so many arguments. */
  private record Refused(String name, int arguments) {}

  /**
   * Sets them.
   *
   * @param largest the largest value, bytes, also of one that is only made on the way
   */
  static void set(SQLiteConnection connection, int largest) throws SQLException {
    for (Refused refused : REFUSED) {
      Function.create(
          connection,
          refused.name(),
          new Refusal(),
          refused.arguments(),
          ANY_ENCODING | DIRECT_ONLY);
    }
    connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, largest);
    connection.setLimit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, LONGEST_STATEMENT);
    connection.setLimit(SQLiteLimits.SQLITE_LIMIT_COLUMN, MOST_COLUMNS);
    connection.setLimit(SQLiteLimits.SQLITE_LIMIT_VDBE_OP, MOST_OPERATIONS);
    connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN);
    attachable(connection, 0);
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA trusted_schema = OFF");
    }
  }

  /** How many other databases can be attached: none, but VACUUM needs one for itself. */
  static void attachable(SQLiteConnection connection, int databases) throws SQLException {
    connection.setLimit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, databases);
  }

  /** Takes the place of a function that is not to be had. */
  private static final class Refusal extends Function {
    @Override
    protected void xFunc() throws SQLException {
      error("this function is not taken");
    }
  }
}
