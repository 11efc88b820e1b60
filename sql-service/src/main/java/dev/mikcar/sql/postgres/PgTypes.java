package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.postgres.PgType.Kind;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The types of a database by their numbers, learned from its catalogue when first met. */
final class PgTypes {
  /** What a type is called, and what it is made of: its base, its elements. */
  private static final String LOOK_UP =
      "SELECT t.oid, t.typname, format_type(t.oid, NULL), t.typbasetype,"
          + " CASE WHEN t.typcategory = 'A' AND t.typname NOT IN ('int2vector', 'oidvector')"
          + " THEN t.typelem ELSE 0 END, t.typdelim, t.typtype"
          + " FROM pg_catalog.pg_type t WHERE ";

  private static final PgType UNKNOWN = PgType.plain("unknown", Kind.TEXT);

  private final Map<Integer, PgType> known = new ConcurrentHashMap<>();
  private final Set<Integer> enums = ConcurrentHashMap.newKeySet();

  /** Whether the type is known to be an enum. */
  boolean isEnum(int oid) {
    return enums.contains(oid);
  }

  /** The type; it must have been learned. */
  PgType get(int oid) {
    return known.getOrDefault(oid, UNKNOWN);
  }

  /** Learns those of these types that are not known yet. */
  Future<Void> learn(PgConnection connection, IntStream oids) {
    Set<Integer> missing =
        oids.filter(oid -> oid != 0 && !known.containsKey(oid)).boxed().collect(Collectors.toSet());
    if (missing.isEmpty()) {
      return Future.succeededFuture();
    }
    String which = known.isEmpty() ? "t.oid < 16384 OR " + anyOf(missing) : anyOf(missing);
    return connection
        .simple(LOOK_UP + which)
        .compose(
            reply -> {
              List<List<Cell>> rows = reply.results().getFirst();
              Set<Integer> parts = new HashSet<>();
              for (List<Cell> row : rows) {
                parts.add(number(row, 3));
                parts.add(number(row, 4));
              }
              Set<Integer> here =
                  rows.stream().map(row -> number(row, 0)).collect(Collectors.toSet());
              parts.removeAll(here);
              // Dropped meanwhile, or not to be seen: its values are texts.
              missing.stream().filter(oid -> !here.contains(oid)).forEach(this::giveUp);
              return learnParts(connection, parts)
                  .map(
                      _ -> {
                        rows.forEach(row -> add(row, rows));
                        return null;
                      });
            });
  }

  /** A domain over an array of a domain has an end; the catalogue allows no circles. */
  private Future<Void> learnParts(PgConnection connection, Set<Integer> parts) {
    Set<Integer> missing =
        parts.stream()
            .filter(oid -> oid != 0 && !known.containsKey(oid))
            .collect(Collectors.toSet());
    return missing.isEmpty()
        ? Future.succeededFuture()
        : learn(connection, missing.stream().mapToInt(Integer::intValue));
  }

  private void giveUp(int oid) {
    known.put(oid, UNKNOWN);
  }

  private PgType add(List<Cell> row, List<List<Cell>> rows) {
    int oid = number(row, 0);
    PgType before = known.get(oid);
    if (before != null) {
      return before;
    }
    String name = text(row, 2);
    int base = number(row, 3);
    int element = number(row, 4);
    PgType type;
    if (base != 0) {
      PgType of = part(base, rows);
      type = new PgType(name, of.kind(), of.element(), of.delimiter());
    } else if (element != 0) {
      type = new PgType(name, Kind.ARRAY, part(element, rows), text(row, 5).charAt(0));
    } else {
      type = PgType.plain(name, PgType.kindOf(text(row, 1)));
      if (text(row, 6).equals("e")) {
        enums.add(oid);
      }
    }
    known.put(oid, type);
    return type;
  }

  private PgType part(int oid, List<List<Cell>> rows) {
    for (List<Cell> row : rows) {
      if (number(row, 0) == oid) {
        return add(row, rows);
      }
    }
    return get(oid);
  }

  private static String anyOf(Set<Integer> oids) {
    return "t.oid IN ("
        + oids.stream().map(Integer::toUnsignedString).collect(Collectors.joining(","))
        + ")";
  }

  private static int number(List<Cell> row, int column) {
    return Integer.parseUnsignedInt(text(row, column));
  }

  static String text(List<Cell> row, int column) {
    return row.get(column) instanceof Cell.Text(String value) ? value : "";
  }
}
