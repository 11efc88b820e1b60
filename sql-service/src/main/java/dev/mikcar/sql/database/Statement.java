package dev.mikcar.sql.database;

import java.util.List;

/**
 * One statement of SQL.
 *
 * @param sql its text, with placeholders {@code $1} to {@code $n}
 * @param params their values; parameter {@code $1} is the first
 */
public record Statement(String sql, List<Param> params) {}
