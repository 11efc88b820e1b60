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
public record Table(String name, List<Field> columns, List<String> key) {
  /**
   * A column.
   *
   * @param name its name, as it is
   * @param reset what an {@code UPDATE} sets it to when nothing is given for it: its default, or
   *     NULL, in SQL of the database itself; empty for a column that the database computes
   */
  public record Field(String name, String reset) {}

  /**
   * A column in SQL, quoted.
   *
   * @throws ApiException.BadRequest when the table has no such column
   */
  public String column(String column) {
    if (columns.stream().noneMatch(field -> field.name().equals(column))) {
      throw new ApiException.BadRequest("the table has no column '" + column + "'");
    }
    return quote(column);
  }

  /** An identifier in SQL: quoted, and quotes in it doubled, which is all that can end it. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
