package dev.mikcar.sql.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import dev.mikcar.sql.database.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Rows as JSON, in UTF-8. */
public final class Rows {
  /** Beyond it, a number of JSON is not exact for every reader, RFC 8259 section 6. */
  private static final long EXACT = 1L << 53;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();

  private Rows() {}

  /** {@code {"rows":[…],"row_count":n}}. */
  public static byte[] whole(Result result, boolean arrays, boolean withFields) {
    return write(
        out -> {
          out.writeStartObject();
          out.writeFieldName("rows");
          rows(out, result.columns(), result.rows(), arrays);
          out.writeNumberField("row_count", result.rows().size());
          if (withFields) {
            out.writeArrayFieldStart("fields");
            for (Column column : result.columns()) {
              out.writeStartObject();
              out.writeStringField("name", column.name());
              out.writeStringField("type", column.type());
              out.writeEndObject();
            }
            out.writeEndArray();
          }
          out.writeEndObject();
        });
  }

  /** {@code [{column: value}, …]}. */
  public static byte[] list(Result result) {
    return write(out -> rows(out, result.columns(), result.rows(), false));
  }

  /** {@code {column: value}}. */
  public static byte[] one(Result result) {
    return write(out -> row(out, result.columns(), result.rows().getFirst(), false));
  }

  /** A row a line, without the end of the last line. */
  public static byte[] lines(List<Column> columns, List<List<Cell>> rows, boolean arrays) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(8192)) {
      boolean first = true;
      for (List<Cell> row : rows) {
        if (!first) {
          bytes.append('\n');
        }
        first = false;
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
          out.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
          row(out, columns, row, arrays);
        }
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JSON of one value. */
  static String text(Cell cell) {
    return new String(write(out -> cell(out, cell)), StandardCharsets.UTF_8);
  }

  private static void rows(
      JsonGenerator out, List<Column> columns, List<List<Cell>> rows, boolean arrays)
      throws IOException {
    out.writeStartArray();
    for (List<Cell> row : rows) {
      row(out, columns, row, arrays);
    }
    out.writeEndArray();
  }

  private static void row(JsonGenerator out, List<Column> columns, List<Cell> row, boolean arrays)
      throws IOException {
    if (arrays) {
      out.writeStartArray();
    } else {
      out.writeStartObject();
    }
    for (int i = 0; i < row.size(); i++) {
      if (!arrays) {
        out.writeFieldName(columns.get(i).name());
      }
      cell(out, row.get(i));
    }
    if (arrays) {
      out.writeEndArray();
    } else {
      out.writeEndObject();
    }
  }

  private static void cell(JsonGenerator out, Cell cell) throws IOException {
    switch (cell) {
      case Cell.Null _ -> out.writeNull();
      case Cell.Bool bool -> out.writeBoolean(bool.value());
      case Cell.Int number -> {
        if (number.value() > EXACT || number.value() < -EXACT) {
          out.writeString(Long.toString(number.value()));
        } else {
          out.writeNumber(number.value());
        }
      }
      case Cell.Real number -> {
        if (Double.isFinite(number.value())) {
          out.writeNumber(number.value());
        } else {
          out.writeString(Double.toString(number.value()));
        }
      }
      case Cell.Text text -> out.writeString(text.value());
      case Cell.Json json -> out.writeRawValue(onOneLine(json.document()));
      case Cell.Array array -> {
        out.writeStartArray();
        for (Cell item : array.items()) {
          cell(out, item);
        }
        out.writeEndArray();
      }
    }
  }

  /** In JSON an end of a line is a blank between two tokens, and nothing else. */
  private static String onOneLine(String document) {
    return document.replace('\n', ' ').replace('\r', ' ');
  }

  private static byte[] write(Writing writing) {
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(512)) {
      try (JsonGenerator out = JSON.createGenerator(bytes)) {
        writing.to(out);
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is to be written. */
  @FunctionalInterface
  private interface Writing {
    void to(JsonGenerator out) throws IOException;
  }
}
