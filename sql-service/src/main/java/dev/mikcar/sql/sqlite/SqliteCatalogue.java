package dev.mikcar.sql.sqlite;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Param;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What the catalogue says of a table; its own tables are none. */
final class SqliteCatalogue {
  /** One row a column: table, column, its place in the primary key, its default, if computed. */
  private static final String LOOK_UP =
      """
      SELECT s.name, c.name, c.pk, c.dflt_value, c.hidden
      FROM sqlite_schema s, pragma_table_xinfo(s.name) c
      WHERE s.type IN ('table', 'view') AND s.name = $1 COLLATE NOCASE
        AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden <> 1
      ORDER BY c.cid""";

  private static final Pattern WORD = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_$]*");

  /** Words that are values; every other word as a default is a text. */
  private static final Set<String> VALUES =
      Set.of("NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP");

  private SqliteCatalogue() {}

  static Statement lookUp(String name) {
    return new Statement(LOOK_UP, List.of(new Param.Text(name)));
  }

  static Table table(String name, Result result) {
    if (result.rows().isEmpty()) {
      throw new ApiException.NotFound("there is no table '" + name + "'");
    }
    List<Table.Field> columns = new ArrayList<>();
    Map<Long, String> key = new TreeMap<>();
    for (List<Cell> row : result.rows()) {
      boolean computed = !row.get(4).equals(new Cell.Int(0));
      String column = text(row.get(1));
      columns.add(new Table.Field(column, computed ? "" : reset(text(row.get(3)))));
      if (row.get(2) instanceof Cell.Int(long place) && place > 0) {
        key.put(place, column);
      }
    }
    return new Table(
        Table.quote(text(result.rows().getFirst().getFirst())), columns, List.copyOf(key.values()));
  }

  /**
   * A default of the schema as an expression: SQLite has no {@code SET column = DEFAULT}. A word,
   * or a name in quotes, is a text as a default, and would be a column in an expression.
   */
  private static String reset(String byDefault) {
    if (byDefault.isEmpty()) {
      return "NULL";
    }
    if (byDefault.length() > 1 && byDefault.startsWith("\"") && byDefault.endsWith("\"")) {
      return literal(byDefault.substring(1, byDefault.length() - 1).replace("\"\"", "\""));
    }
    if (WORD.matcher(byDefault).matches() && !VALUES.contains(byDefault.toUpperCase(Locale.ROOT))) {
      return literal(byDefault);
    }
    return "(" + byDefault + ")";
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String text(Cell cell) {
    return cell instanceof Cell.Text(String value) ? value : "";
  }
}
