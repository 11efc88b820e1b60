package dev.mikcar.sql.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Param;
import dev.mikcar.sql.database.Params;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import io.vertx.core.MultiMap;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements behind the table routes. What comes from a request is either a name that the
 * catalogue knows, quoted, or a parameter; nothing else gets into the text.
 */
final class TableQuery {
  private static final int USUAL_LIMIT = 1000;

  private final StringBuilder sql = new StringBuilder();
  private final List<Param> params = new ArrayList<>();
  private boolean assigned;

  private TableQuery(String start) {
    sql.append(start);
  }

  private Statement statement() {
    return new Statement(sql.toString(), List.copyOf(params));
  }

  private TableQuery add(String text) {
    sql.append(text);
    return this;
  }

  private TableQuery add(Param param) {
    params.add(param);
    sql.append('$').append(params.size());
    return this;
  }

  /** From {@code ?column=value}, {@code limit}, {@code offset} and {@code order}. */
  static Statement select(Table table, MultiMap query) {
    TableQuery select = new TableQuery("SELECT * FROM " + table.name());
    String order = null;
    int limit = USUAL_LIMIT;
    int offset = 0;
    String word = " WHERE ";
    for (Map.Entry<String, String> filter : query) {
      String value = filter.getValue();
      switch (filter.getKey()) {
        case "order" -> order = value;
        case "limit" -> limit = number("limit", value, 1, Options.MAX_ROWS);
        case "offset" -> offset = number("offset", value, 0, Integer.MAX_VALUE);
        default -> {
          select.add(word).add(table.column(filter.getKey())).add(" = ").add(text(value));
          word = " AND ";
        }
      }
    }
    select.add(order(table, order));
    return select.add(" LIMIT " + limit + " OFFSET " + offset).statement();
  }

  /** By the columns that are asked for, or by the primary key, so that pages do not overlap. */
  private static String order(Table table, @Nullable String order) {
    List<String> terms = new ArrayList<>();
    if (order == null) {
      table.key().forEach(column -> terms.add(Table.quote(column)));
    } else {
      for (String term : order.split(",", -1)) {
        boolean down = term.endsWith(".desc");
        boolean up = term.endsWith(".asc");
        String column = down || up ? term.substring(0, term.lastIndexOf('.')) : term;
        terms.add(table.column(column) + (down ? " DESC" : ""));
      }
    }
    return terms.isEmpty() ? "" : " ORDER BY " + String.join(", ", terms);
  }

  private static int number(String name, String text, int least, int most) {
    if (text.matches("\\d{1,10}")) {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return (int) number;
      }
    }
    throw new ApiException.BadRequest(name + " must be from " + least + " to " + most);
  }

  static Statement selectOne(Table table, List<String> id) {
    return new TableQuery("SELECT * FROM " + table.name()).byKey(table, id).statement();
  }

  static Statement delete(Table table, List<String> id) {
    return new TableQuery("DELETE FROM " + table.name()).byKey(table, id).statement();
  }

  /** Sets the columns that are given. */
  static Statement update(Table table, List<String> id, JsonNode row) {
    if (row.isEmpty()) {
      throw new ApiException.BadRequest("the body names no column");
    }
    TableQuery update = new TableQuery("UPDATE " + table.name());
    for (Map.Entry<String, JsonNode> column : row.properties()) {
      update.set(table.column(column.getKey())).add(Params.of(column.getValue()));
    }
    return update.byKey(table, id).add(" RETURNING *").statement();
  }

  /** Sets every column but those of the key: the ones not given, to their defaults. */
  static Statement replace(Table table, List<String> id, JsonNode row) {
    requireKey(table, id);
    row.fieldNames().forEachRemaining(table::column);
    for (int i = 0; i < id.size(); i++) {
      requireSame(table.key().get(i), row.get(table.key().get(i)), id.get(i));
    }
    TableQuery update = new TableQuery("UPDATE " + table.name());
    for (Table.Field column : table.columns()) {
      JsonNode value = row.get(column.name());
      if (table.key().contains(column.name())) {
        continue;
      }
      if (value != null) {
        update.set(Table.quote(column.name())).add(Params.of(value));
      } else if (!column.reset().isEmpty()) {
        update.set(Table.quote(column.name())).add(column.reset());
      }
    }
    return update.assigned
        ? update.byKey(table, id).add(" RETURNING *").statement()
        : selectOne(table, id);
  }

  private TableQuery set(String column) {
    add(assigned ? ", " : " SET ").add(column).add(" = ");
    assigned = true;
    return this;
  }

  private static void requireSame(String column, @Nullable JsonNode given, String inPath) {
    if (given == null) {
      return;
    }
    boolean same =
        given.isNumber()
            ? isNumber(inPath) && given.decimalValue().compareTo(new BigDecimal(inPath)) == 0
            : given.isValueNode() && !given.isNull() && given.asText().equals(inPath);
    if (!same) {
      throw new ApiException.BadRequest(
          "column '" + column + "' of the key is another one in the body than in the path");
    }
  }

  private static boolean isNumber(String text) {
    return text.length() < 100 && text.matches("[+-]?\\d+(\\.\\d+)?");
  }

  static Statement insert(Table table, JsonNode row) {
    TableQuery insert = new TableQuery("INSERT INTO " + table.name());
    if (row.isEmpty()) {
      return insert.add(" DEFAULT VALUES RETURNING *").statement();
    }
    List<String> names = new ArrayList<>();
    row.fieldNames().forEachRemaining(name -> names.add(table.column(name)));
    insert.add(" (" + String.join(", ", names) + ") VALUES (");
    String word = "";
    for (JsonNode value : row) {
      insert.add(word).add(Params.of(value));
      word = ", ";
    }
    return insert.add(") RETURNING *").statement();
  }

  private TableQuery byKey(Table table, List<String> id) {
    requireKey(table, id);
    String word = " WHERE ";
    for (int i = 0; i < id.size(); i++) {
      add(word).add(Table.quote(table.key().get(i))).add(" = ").add(text(id.get(i)));
      word = " AND ";
    }
    return this;
  }

  private static void requireKey(Table table, List<String> id) {
    if (table.key().isEmpty()) {
      throw new ApiException.BadRequest("the table has no primary key; see /sql/query");
    }
    if (table.key().size() != id.size()) {
      throw new ApiException.BadRequest(
          "the primary key has "
              + table.key().size()
              + " columns, the path has "
              + id.size()
              + " values");
    }
  }

  private static Param text(String value) {
    return new Param.Text(value);
  }
}
