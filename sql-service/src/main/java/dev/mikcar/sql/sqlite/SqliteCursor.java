package dev.mikcar.sql.sqlite;

import com.fasterxml.jackson.core.JacksonException;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import dev.mikcar.sql.database.Param;
import dev.mikcar.sql.database.Params;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.database.SqlText;
import dev.mikcar.sql.database.Statement;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A statement that runs, and its rows. On the thread of its connection. */
final class SqliteCursor implements AutoCloseable {
  /** A result larger than this is not kept in memory, in bytes, roughly. */
  static final long MOST_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);

  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private final PreparedStatement statement;
  private final @Nullable ResultSet rows;
  private final List<Column> columns;
  private boolean atEnd;
  private long sizeOfRow;

  private SqliteCursor(
      PreparedStatement statement, @Nullable ResultSet rows, List<Column> columns) {
    this.statement = statement;
    this.rows = rows;
    this.columns = columns;
    this.atEnd = rows == null;
  }

  static SqliteCursor open(Connection connection, Statement statement) throws SQLException {
    String sql = SqlText.replacePlaceholders(statement.sql(), n -> "?" + n);
    PreparedStatement prepared = connection.prepareStatement(sql);
    try {
      bind(prepared, statement.params());
      if (!prepared.execute()) {
        return new SqliteCursor(prepared, null, List.of());
      }
      ResultSet rows = prepared.getResultSet();
      return new SqliteCursor(prepared, rows, columns(rows.getMetaData()));
    } catch (SQLException | RuntimeException e) {
      prepared.close();
      throw e;
    }
  }

  private static List<Column> columns(ResultSetMetaData meta) throws SQLException {
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      columns.add(
          new Column(meta.getColumnLabel(i), meta.getColumnTypeName(i).toLowerCase(Locale.ROOT)));
    }
    return columns;
  }

  List<Column> columns() {
    return columns;
  }

  boolean next() throws SQLException {
    if (!atEnd && rows != null) {
      atEnd = !rows.next();
    }
    return !atEnd;
  }

  boolean isAtEnd() {
    return atEnd;
  }

  long sizeOfRow() {
    return sizeOfRow;
  }

  List<Cell> row() throws SQLException {
    List<Cell> row = new ArrayList<>(columns.size());
    sizeOfRow = 0;
    for (int i = 1; i <= columns.size() && rows != null; i++) {
      row.add(cell(rows.getObject(i), columns.get(i - 1).type()));
      if (sizeOfRow > MOST_BYTES) {
        throw tooLarge();
      }
    }
    return row;
  }

  static ApiException tooLarge() {
    return SqlFailure.tooLarge((MOST_BYTES >> 20) + " MiB");
  }

  /** By how it is stored; of declared types, only those count that have no storage of their own. */
  private Cell cell(@Nullable Object value, String type) {
    sizeOfRow += 16;
    return switch (value) {
      case null -> Cell.NULL;
      case Integer i -> integer(i, type);
      case Long l -> integer(l, type);
      case Double d -> new Cell.Real(d);
      case byte[] bytes -> {
        sizeOfRow += bytes.length * 2L;
        yield new Cell.Text(Base64.getEncoder().encodeToString(bytes));
      }
      default -> text(value.toString(), type);
    };
  }

  private static Cell integer(long value, String type) {
    boolean truth = type.startsWith("bool") && (value == 0 || value == 1);
    return truth ? new Cell.Bool(value == 1) : new Cell.Int(value);
  }

  private Cell text(String value, String type) {
    sizeOfRow += value.length() * 2L;
    if (type.equals("json")) {
      try {
        var _ = Params.read(value);
        return new Cell.Json(value);
      } catch (JacksonException e) {
        // SQLite keeps any text in such a column.
      }
    }
    return new Cell.Text(value);
  }

  private static void bind(PreparedStatement statement, List<Param> params) throws SQLException {
    int wanted = statement.getParameterMetaData().getParameterCount();
    if (wanted != params.size()) {
      throw new ApiException.BadRequest(
          "the statement has " + wanted + " parameters, field 'params' has " + params.size());
    }
    for (int i = 1; i <= wanted; i++) {
      switch (params.get(i - 1)) {
        case Param.Null _ -> statement.setNull(i, java.sql.Types.NULL);
        case Param.Bool bool -> statement.setInt(i, bool.value() ? 1 : 0);
        case Param.Num number -> bind(statement, i, number);
        case Param.Text text -> statement.setString(i, checked(i, text.value()));
        case Param.Bytes bytes -> statement.setBytes(i, bytes.value());
        case Param.Json json -> statement.setString(i, json.value().toString());
      }
    }
  }

  private static String checked(int index, String text) {
    if (!Params.isUnicode(text)) {
      throw new ApiException.BadRequest("parameter $" + index + " is not valid Unicode");
    }
    return text;
  }

  /** As the storage class that keeps all of its digits; as text when neither number type does. */
  private static void bind(PreparedStatement statement, int i, Param.Num number)
      throws SQLException {
    BigDecimal value = number.value();
    if (value.scale() <= 0 && value.precision() - value.scale() < 20) {
      BigInteger integer = value.toBigInteger();
      if (integer.compareTo(LEAST) >= 0 && integer.compareTo(MOST) <= 0) {
        statement.setLong(i, integer.longValue());
        return;
      }
    }
    double nearest = value.doubleValue();
    if (Double.isFinite(nearest)
        && new BigDecimal(Double.toString(nearest)).compareTo(value) == 0) {
      statement.setDouble(i, nearest);
    } else {
      statement.setString(i, number.text());
    }
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
