package dev.mikcar.sql.json;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Rows as CSV of RFC 4180: CRLF, and quotes where they are needed. NULL is an empty field, the
 * empty text a quoted one.
 */
public final class Csv {
  private Csv() {}

  /** The names of the columns. */
  public static byte[] header(List<Column> columns) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      separate(out, i);
      quoted(out, columns.get(i).name());
    }
    return utf8(out.append("\r\n"));
  }

  /** Some rows. */
  public static byte[] rows(List<List<Cell>> rows) {
    StringBuilder out = new StringBuilder(4096);
    for (List<Cell> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        separate(out, i);
        switch (row.get(i)) {
          case Cell.Null _ -> {}
          case Cell.Text text -> quoted(out, text.value());
          case Cell.Int number -> out.append(number.value());
          case Cell other -> quoted(out, Rows.text(other));
        }
      }
      out.append("\r\n");
    }
    return utf8(out);
  }

  private static void separate(StringBuilder out, int index) {
    if (index > 0) {
      out.append(',');
    }
  }

  private static void quoted(StringBuilder out, String text) {
    boolean plain =
        !text.isEmpty()
            && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    if (plain) {
      out.append(text);
    } else {
      out.append('"').append(text.replace("\"", "\"\"")).append('"');
    }
  }

  private static byte[] utf8(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
