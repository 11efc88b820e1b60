package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is ready to be run in one session. Behind a pooler, two flights may go to two
 * sessions of the server: nothing is kept there, and each flight prepares the statement anew, for
 * the types that it was found to have.
 *
 * @param sql its text
 * @param name its name in the session; empty when it is prepared by each flight
 * @param parameterTypes the numbers of the types that it wants
 * @param parameters these types
 * @param described what it gives, as the server says
 * @param columns what it gives
 * @param readers how the values of each column are read
 * @param born when it was prepared, by {@link Freshness#now}
 * @param altersTables see {@link Traces#altersTables}
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Prepared(
    String sql,
    String name,
    int[] parameterTypes,
    List<PgType> parameters,
    List<PgColumn> described,
    List<Column> columns,
    List<Reader> readers,
    long born,
    boolean altersTables) {
  /** Makes a cell of the text that the server sends for a value. */
  @FunctionalInterface
  interface Reader {
    Cell read(String text);
  }

  static Prepared of(
      String sql,
      String name,
      int[] parameterTypes,
      List<PgColumn> described,
      PgTypes types,
      long born) {
    List<PgType> found = described.stream().map(column -> types.get(column.type())).toList();
    return new Prepared(
        sql,
        name,
        parameterTypes,
        IntStream.of(parameterTypes).mapToObj(types::get).toList(),
        described,
        IntStream.range(0, described.size())
            .mapToObj(i -> new Column(described.get(i).name(), found.get(i).name()))
            .toList(),
        found.stream().map(type -> (Reader) type::read).toList(),
        born,
        Traces.altersTables(sql));
  }

  /** Whether all of its parameters are of such types. */
  boolean takes(IntPredicate type) {
    return Arrays.stream(parameterTypes).allMatch(type);
  }

  /** Whether a flight has to prepare it. */
  boolean isUnnamed() {
    return name.isEmpty();
  }

  /** Adds to a flight what makes it ready there. */
  void makeReady(Frontend flight) {
    if (isUnnamed()) {
      flight.parse("", sql, parameterTypes);
    }
  }

  /** Adds to a flight what binds values to it, and asks whether it gives what it was found to. */
  void bind(Frontend flight, List<? extends @Nullable String> values) {
    flight.bind(name, values);
    if (isUnnamed()) {
      flight.describePortal();
    }
  }
}
