package dev.mikcar.sql.database;

import java.util.List;

/**
 * What a statement came to.
 *
 * @param columns the columns, none when it gives no rows
 * @param rows the rows, each with one cell a column
 * @param affected how many rows were inserted, updated or deleted
 */
public record Result(List<Column> columns, List<List<Cell>> rows, long affected) {}
