package dev.mikcar.sql.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The JSON answers, their fields in the order of docs/api.md. Those of rows only describe what
 * {@link dev.mikcar.sql.json.Rows} and the scripts write.
 */
public final class Answers {
  private Answers() {}

  /** How many rows a statement changed. */
  @Schema(name = "SqlChange")
  public record Change(long rowsAffected) {}

  /** A batch that was committed. */
  @Schema(name = "SqlBatchDone")
  public record Batch(String status, int statementsExecuted, long totalRowsAffected) {}

  /**
   * Rows.
   *
   * @param rows objects from column to value, or with {@code row_mode} lists of values
   * @param fields only when the request asked for them
   */
  @Schema(name = "SqlRows")
  record Rows(
      List<Object> rows,
      int rowCount,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Field> fields) {}

  /** A column, and its type as the database calls it. */
  @Schema(name = "SqlField")
  record Field(String name, String type) {}

  /** What a script returned. */
  @Schema(name = "SqlScriptDone")
  record Scripted(@Nullable Object result, int queriesExecuted) {}

  /** From column to value. */
  @Schema(
      name = "SqlRow",
      type = SchemaType.OBJECT,
      minProperties = 1,
      additionalProperties = Object.class)
  interface Row {}

  /** Several rows. */
  @Schema(
      name = "SqlRowList",
      type = SchemaType.ARRAY,
      implementation = Row.class,
      minItems = 1,
      maxItems = Bodies.MOST_STATEMENTS)
  interface RowList {}
}
