package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The text form of arrays, <a
 * href="https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO">section 8.15.6</a>. Lower
 * bounds other than 1 are left out, as JSON has none.
 */
final class PgArray {
  private PgArray() {}

  static Cell read(String text, PgType type) {
    PgType element = type.element();
    if (element == null) {
      return new Cell.Text(text);
    }
    Deque<List<Cell>> open = new ArrayDeque<>();
    int at = text.startsWith("[") ? text.indexOf('=') + 1 : 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '{') {
        open.push(new ArrayList<>());
        at++;
      } else if (c == '}') {
        Cell.Array done = new Cell.Array(open.pop());
        if (open.isEmpty()) {
          return done;
        }
        open.element().add(done);
        at++;
      } else if (c == type.delimiter()) {
        at++;
      } else {
        at = readElement(text, at, type.delimiter(), element, open.element());
      }
    }
    throw new IllegalStateException("the server sent an array without an end");
  }

  private static int readElement(
      String text, int start, char delimiter, PgType element, List<Cell> into) {
    if (text.charAt(start) == '"') {
      StringBuilder value = new StringBuilder();
      int at = start + 1;
      while (text.charAt(at) != '"') {
        if (text.charAt(at) == '\\') {
          at++;
        }
        value.append(text.charAt(at++));
      }
      into.add(element.read(value.toString()));
      return at + 1;
    }
    int end = start;
    while (text.charAt(end) != delimiter && text.charAt(end) != '}') {
      end++;
    }
    String value = text.substring(start, end);
    into.add(value.equals("NULL") ? Cell.NULL : element.read(value));
    return end;
  }

  static Cell readVector(String text) {
    List<Cell> items = new ArrayList<>();
    for (String item : text.split(" ", -1)) {
      if (!item.isEmpty()) {
        items.add(new Cell.Int(Long.parseLong(item)));
      }
    }
    return new Cell.Array(items);
  }

  /** Adds an element, quoted whatever it is. */
  static void quote(StringBuilder out, String element) {
    out.append('"');
    for (int i = 0; i < element.length(); i++) {
      char c = element.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }
}
