package dev.mikcar.sql.database;

import dev.mikcar.common.error.ApiException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A column of a result.
 *
 * @param name as the statement calls it; need not be the only one of that name
 * @param type the name that the database has for its type
 */
public record Column(String name, String type) {
  /**
   * Refuses columns that an object with a field for each cannot hold.
   *
   * @throws ApiException.BadRequest when two have the same name
   */
  public static void requireDistinct(List<Column> columns) {
    Set<String> names = new HashSet<>();
    for (Column column : columns) {
      if (!names.add(column.name())) {
        throw new ApiException.BadRequest(
            "two columns are named '"
                + column.name()
                + "'; name them apart, or ask with \"row_mode\": \"array\"");
      }
    }
  }
}
