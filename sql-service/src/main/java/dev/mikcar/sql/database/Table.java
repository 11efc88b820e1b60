package dev.mikcar.sql.database;

import dev.mikcar.common.error.ApiException;
import java.util.List;

/**
 * A table or view, as the catalogue has it.
 *
 * @param name its name in SQL, quoted
 * @param columns its columns, in their order
 * @param key those of the primary key, in its order; none when there is no such key
 */
public record Table(String name, List<String> columns, List<String> key) {
  /**
   * A column in SQL, quoted.
   *
   * @throws ApiException.BadRequest when the table has no such column
   */
  public String column(String column) {
    if (!columns.contains(column)) {
      throw new ApiException.BadRequest("the table has no column '" + column + "'");
    }
    return quote(column);
  }

  /** An identifier in SQL: quoted, and quotes in it doubled, which is all that can end it. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
