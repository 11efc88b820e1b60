package dev.mikcar.sql.database;

import java.util.List;

/**
 * Some rows of a result that is read as fast as it is asked for.
 *
 * @param columns of the result, the same in each of its chunks
 * @param rows in the order of the result; may be none, in the first chunk and in the last one
 * @param isLast whether the statement has ended, and what it did is committed
 */
public record Chunk(List<Column> columns, List<List<Cell>> rows, boolean isLast) {}
