package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Param;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the catalogue says of a table; its own tables are none. */
final class PgCatalogue {
  /**
   * One row a column: schema, table, column, and its place in the primary key, from 0; after the
   * columns of the key, the index may have others that it only includes.
   */
  private static final String LOOK_UP =
      """
      SELECT n.nspname::text, c.relname::text, a.attname::text,
        CASE WHEN array_position(i.indkey::int2[], a.attnum) < i.indnkeyatts
          THEN array_position(i.indkey::int2[], a.attnum) END
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND c.oid = (
          SELECT x.oid FROM pg_catalog.pg_class x
          JOIN pg_catalog.pg_namespace xn ON xn.oid = x.relnamespace
          WHERE xn.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            AND ((x.relname = $1 AND pg_catalog.pg_table_is_visible(x.oid))
              OR (xn.nspname = $2 AND x.relname = $3))
          ORDER BY x.relname = $1 DESC
          LIMIT 1)
      ORDER BY a.attnum""";

  private PgCatalogue() {}

  static Statement lookUp(String name) {
    int dot = name.indexOf('.');
    return new Statement(
        LOOK_UP,
        List.of(
            new Param.Text(name),
            new Param.Text(dot < 0 ? "" : name.substring(0, dot)),
            new Param.Text(dot < 0 ? "" : name.substring(dot + 1))));
  }

  static Table table(String name, Result result) {
    if (result.rows().isEmpty()) {
      throw new ApiException.NotFound("there is no table '" + name + "'");
    }
    Map<Long, String> key = new TreeMap<>();
    for (List<Cell> row : result.rows()) {
      if (row.get(3) instanceof Cell.Int(long place)) {
        key.put(place, text(row.get(2)));
      }
    }
    List<Cell> first = result.rows().getFirst();
    return new Table(
        Table.quote(text(first.get(0))) + "." + Table.quote(text(first.get(1))),
        result.rows().stream().map(row -> new Table.Field(text(row.get(2)), "DEFAULT")).toList(),
        List.copyOf(key.values()));
  }

  private static String text(Cell cell) {
    return cell instanceof Cell.Text(String value) ? value : "";
  }
}
