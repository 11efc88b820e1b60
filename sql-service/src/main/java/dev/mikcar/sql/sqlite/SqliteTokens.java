package dev.mikcar.sql.sqlite;

import java.util.Locale;

/**
 * The tokens of a statement as SQLite cuts them, one after the other; blanks and comments are none.
 *
 * @see <a href="https://sqlite.org/src/file/src/tokenize.c">tokenize.c</a>
 */
final class SqliteTokens {
  /** What a token is. A quoted name may be a string, too, where SQLite finds no such column. */
  enum Kind {
    WORD,
    NAME,
    STRING,
    /** A parameter that goes on in brackets, which is TCL's: what is in them is no SQL. */
    TCL,
    OTHER
  }

  private final String sql;
  private int start;
  private int end;
  private Kind kind = Kind.OTHER;

  SqliteTokens(String sql) {
    this.sql = sql;
  }

  /** Goes to the next token; false when there is none. */
  boolean next() {
    start = end;
    while (start < sql.length()) {
      int after = afterBlank(start);
      if (after == start) {
        end = cut(start);
        return true;
      }
      start = after;
    }
    end = start;
    return false;
  }

  Kind kind() {
    return kind;
  }

  int start() {
    return start;
  }

  /** Whether it is this word, in capitals, unquoted. */
  boolean is(String word) {
    return kind == Kind.WORD
        && end - start == word.length()
        && sql.regionMatches(true, start, word, 0, word.length());
  }

  /** Whether it is this character and no more. */
  boolean is(char c) {
    return kind == Kind.OTHER && end == start + 1 && sql.charAt(start) == c;
  }

  /** Whether it may name something. */
  boolean isName() {
    return kind == Kind.WORD || kind == Kind.NAME;
  }

  /** What it names, in small letters: names are the same in both cases. */
  String name() {
    String text =
        kind == Kind.WORD ? sql.substring(start, end) : sql.substring(start + 1, inside());
    char open = sql.charAt(start);
    String plain =
        kind == Kind.NAME && open != '['
            ? text.replace("" + open + open, String.valueOf(open))
            : text;
    return plain.toLowerCase(Locale.ROOT);
  }

  private int inside() {
    return Math.max(start + 1, end - 1);
  }

  private int afterBlank(int at) {
    char c = sql.charAt(at);
    if (c == ' ' || (c >= '\t' && c <= '\r') || c == '\uFEFF') {
      return at + 1;
    }
    if (sql.startsWith("--", at)) {
      int line = sql.indexOf('\n', at);
      return line < 0 ? sql.length() : line + 1;
    }
    if (sql.startsWith("/*", at)) {
      int close = sql.indexOf("*/", at + 2);
      return close < 0 ? sql.length() : close + 2;
    }
    return at;
  }

  private int cut(int at) {
    char c = sql.charAt(at);
    switch (c) {
      case '\'', '"', '`' -> {
        kind = c == '\'' ? Kind.STRING : Kind.NAME;
        return afterQuoted(at, c);
      }
      case '[' -> {
        kind = Kind.NAME;
        int close = sql.indexOf(']', at);
        return close < 0 ? sql.length() : close + 1;
      }
      case '$', '@', ':', '#' -> {
        return afterParameter(at);
      }
      default -> {
        if (!isWord(c)) {
          kind = Kind.OTHER;
          return at + 1;
        }
        kind = c >= '0' && c <= '9' ? Kind.OTHER : Kind.WORD;
        int after = at + 1;
        while (after < sql.length() && isWord(sql.charAt(after))) {
          after++;
        }
        return after;
      }
    }
  }

  private int afterQuoted(int at, char quote) {
    for (int i = at + 1; i < sql.length(); i++) {
      if (sql.charAt(i) == quote) {
        if (i + 1 < sql.length() && sql.charAt(i + 1) == quote) {
          i++;
        } else {
          return i + 1;
        }
      }
    }
    return sql.length();
  }

  private int afterParameter(int at) {
    kind = Kind.OTHER;
    int after = at + 1;
    while (after < sql.length()) {
      if (isWord(sql.charAt(after))) {
        after++;
      } else if (sql.startsWith("::", after)) {
        after += 2;
      } else {
        break;
      }
    }
    if (after > at + 1 && after < sql.length() && sql.charAt(after) == '(') {
      kind = Kind.TCL;
    }
    return after;
  }

  private static boolean isWord(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '$'
        || c >= 0x80;
  }
}
