package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.SqlText;
import java.util.Set;

/**
 * Statements of SQLite that reach beyond the database, to other files, that change the connection
 * for everybody after, or that take more stack or memory to understand than there is. Only one
 * statement runs at a time, so its first words tell what it is. What a statement may call is not
 * found out here but fixed for the connection, see {@link SqliteLimits}.
 */
final class SqliteGuard {
  /** Selects and brackets in each other take the stack of SQLite's parser, see docs/decisions. */
  static final int DEEPEST = 1000;

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
          "module_list",
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
   * @throws ApiException with SQLSTATE 54001 when it is too deep
   */
  static String check(String sql) {
    String kind = SqlText.checkedKind(sql);
    SqliteTokens tokens = new SqliteTokens(sql);
    boolean any = nextAfterSemicolons(tokens);
    if (any && tokens.is("EXPLAIN")) {
      // Some of a PRAGMA is done when it is understood, even to be explained only.
      any = tokens.next();
      while (any && (tokens.is("QUERY") || tokens.is("PLAN"))) {
        any = tokens.next();
      }
    }
    if (any) {
      checkFirst(tokens, sql);
      checkRest(tokens);
    }
    return kind;
  }

  private static boolean nextAfterSemicolons(SqliteTokens tokens) {
    boolean any = tokens.next();
    while (any && tokens.is(';')) {
      any = tokens.next();
    }
    return any;
  }

  private static void checkFirst(SqliteTokens tokens, String sql) {
    if (tokens.is("ATTACH") || tokens.is("DETACH")) {
      throw new ApiException.Forbidden(
          (tokens.is("ATTACH") ? "ATTACH" : "DETACH") + " is not taken");
    }
    if (tokens.is("PRAGMA")) {
      checkPragma(new SqliteTokens(sql.substring(tokens.start())));
    }
  }

  private static void checkPragma(SqliteTokens tokens) {
    String name = tokens.next() ? nextName(tokens) : "";
    if (tokens.next() && tokens.is('.')) {
      name = name.equals("main") ? nextName(tokens) : "";
    }
    if (!HARMLESS.contains(name)) {
      throw new ApiException.Forbidden("this PRAGMA is not taken");
    }
  }

  private static String nextName(SqliteTokens tokens) {
    return tokens.next() && tokens.isName() ? tokens.name() : "";
  }

  /** What its tokens as a whole say. */
  private static void checkRest(SqliteTokens first) {
    Shape shape = new Shape();
    boolean any = true;
    while (any) {
      shape.take(first);
      any = first.next();
    }
    shape.check();
  }

  /** What is counted on the way through the tokens. */
  private static final class Shape {
    private final Expansion expansion = new Expansion();
    private String firstWord = "";
    private int tokens;
    private int selects;
    private int depth;
    private int deepest;
    private boolean isVacuum;
    private boolean isTrigger;
    private boolean afterSemicolon;
    private boolean closed;
    private boolean ended;

    void take(SqliteTokens token) {
      if (token.kind() == SqliteTokens.Kind.TCL) {
        throw new ApiException.BadRequest("a parameter is followed by a bracket");
      }
      if (ended && !token.is(';')) {
        throw new ApiException.BadRequest("there is more than one statement; see /sql/batch");
      }
      count(token);
      end(token);
      tokens++;
    }

    private void count(SqliteTokens token) {
      if (tokens == 0 && token.kind() == SqliteTokens.Kind.WORD) {
        firstWord = token.name();
        isVacuum = firstWord.equals("vacuum");
      }
      // CREATE, perhaps TEMP or TEMPORARY, TRIGGER.
      if (tokens > 0 && tokens < 3 && firstWord.equals("create") && token.is("TRIGGER")) {
        isTrigger = true;
      }
      if (isVacuum && token.is("INTO")) {
        throw new ApiException.Forbidden("VACUUM INTO is not taken");
      }
      if (token.is("SELECT")) {
        selects++;
      } else if (token.is('(')) {
        deepest = Math.max(deepest, ++depth);
      } else if (token.is(')')) {
        depth--;
      }
      expansion.take(token);
    }

    /**
     * A trigger's own statements end with semicolons, too, and an END that follows one is its end:
     * as in <a href="https://sqlite.org/src/file/src/complete.c">complete.c</a>.
     */
    private void end(SqliteTokens token) {
      boolean semicolon = token.is(';');
      if (semicolon && (!isTrigger || closed)) {
        ended = true;
      } else {
        closed = afterSemicolon && token.is("END");
      }
      afterSemicolon = semicolon;
    }

    void check() {
      if (selects + deepest > DEEPEST || expansion.isTooLarge()) {
        throw tooDeep("the statement has too many selects or brackets in each other");
      }
    }
  }

  static ApiException tooDeep(String message) {
    return SqlFailure.of("54001", message).toApi();
  }
}
