package dev.mikcar.sql.database;

import io.smallrye.mutiny.Multi;
import java.util.List;

/**
 * A result that is read as fast as it is asked for.
 *
 * @param columns the columns
 * @param chunks the rows, some at a time; each is fetched when it is requested. To be subscribed to
 *     once, and to be read to its end or cancelled, which ends the statement
 */
public record RowStream(List<Column> columns, Multi<List<List<Cell>>> chunks) {}
