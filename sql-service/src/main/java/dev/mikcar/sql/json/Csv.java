package dev.mikcar.sql.json;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Chunk;
import dev.mikcar.sql.database.Column;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Rows as CSV of RFC 4180: CRLF, and quotes where they are needed. NULL is an empty field, the
 * empty text a quoted one.
 */
public final class Csv {
  private Csv() {}

  /**
   * Some rows.
   *
   * @param named whether the names of the columns come before them
   */
  public static byte[] chunk(Chunk chunk, boolean named) {
    StringBuilder out = new StringBuilder(4096);
    if (named) {
      addNames(out, chunk.columns());
    }
    chunk.rows().forEach(row -> addRow(out, row));
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void addNames(StringBuilder out, List<Column> columns) {
    for (int i = 0; i < columns.size(); i++) {
      separate(out, i);
      quoted(out, columns.get(i).name());
    }
    out.append("\r\n");
  }

  private static void addRow(StringBuilder out, List<Cell> row) {
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
}
