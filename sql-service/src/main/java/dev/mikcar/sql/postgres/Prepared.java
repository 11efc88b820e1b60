package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import java.util.List;

/**
 * A statement that the server has prepared in one session.
 *
 * @param name its name there
 * @param parameters what it wants
 * @param columns what it gives
 * @param readers how the values of each column are read
 * @param born when it was prepared, by {@link Freshness#now}
 * @param altersTables see {@link Traces#altersTables}
 */
record Prepared(
    String name,
    List<PgType> parameters,
    List<Column> columns,
    List<Reader> readers,
    long born,
    boolean altersTables) {
  /** Makes a cell of the text that the server sends for a value. */
  @FunctionalInterface
  interface Reader {
    Cell read(String text);
  }
}
