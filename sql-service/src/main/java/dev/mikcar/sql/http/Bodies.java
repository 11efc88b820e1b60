package dev.mikcar.sql.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.Given;
import dev.mikcar.sql.database.Isolation;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Options.Caller;
import dev.mikcar.sql.database.Params;
import dev.mikcar.sql.database.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON bodies. What is wrong with one is said by the record that takes it. */
final class Bodies {
  /** The most statements of a batch. */
  static final int MOST_STATEMENTS = 10_000;

  private Bodies() {}

  /** What the bodies of four routes have in common. */
  interface Common {
    @Nullable Long timeoutMs();

    @Nullable Long maxRows();

    @Nullable Boolean readOnly();

    @Nullable String isolation();

    @Nullable Boolean fields();

    @Nullable String rowMode();

    default boolean arrays() {
      return switch (rowMode()) {
        case null -> false;
        case "object" -> false;
        case "array" -> true;
        default -> throw new ApiException.BadRequest("field 'row_mode' must be object or array");
      };
    }

    default boolean withFields() {
      return Boolean.TRUE.equals(fields());
    }

    /**
     * How it is to be run.
     *
     * @param limit the time of a request; the one of the body can only be shorter
     */
    default Options options(Optional<Duration> limit, Caller caller) {
      Long millis = timeoutMs();
      if (millis != null && millis < 1) {
        throw new ApiException.BadRequest("field 'timeout_ms' must be at least 1");
      }
      Long rows = maxRows();
      if (rows != null && (rows < 1 || rows > 1_000_000)) {
        throw new ApiException.BadRequest("field 'max_rows' must be from 1 to 1000000");
      }
      Optional<Duration> own =
          Optional.ofNullable(millis).map(m -> Duration.ofMillis(Math.min(m, 86_400_000)));
      Optional<Duration> timeout =
          own.isPresent() && limit.isPresent() && own.get().compareTo(limit.get()) > 0
              ? limit
              : own.or(() -> limit);
      return new Options(
          timeout,
          rows == null ? Options.MAX_ROWS : rows.intValue(),
          Boolean.TRUE.equals(readOnly()),
          level(),
          !arrays(),
          caller);
    }

    private @Nullable Isolation level() {
      String name = isolation();
      if (name == null) {
        return null;
      }
      return Arrays.stream(Isolation.values())
          .filter(level -> level.label().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new ApiException.BadRequest(
                      "field 'isolation' must be one of "
                          + Arrays.stream(Isolation.values())
                              .map(Isolation::label)
                              .collect(Collectors.joining(", "))));
    }
  }

  /** The body of {@code /sql/query} and {@code /sql/execute}. */
  @Schema(
      name = "SqlStatement",
      requiredProperties = "sql",
      additionalProperties = Schema.False.class)
  record Query(
      @Schema(minLength = 1, examples = "SELECT 1 AS one") @Nullable String sql,
      @Schema(type = SchemaType.ARRAY, implementation = Object.class)
          @JsonDeserialize(using = ExactJson.class)
          @Nullable JsonNode params,
      @Schema(description = "milliseconds", minimum = "1") @Nullable Long timeoutMs,
      @Schema(description = "10000 when not given", minimum = "1", maximum = "1000000")
          @Nullable Long maxRows,
      @Nullable Boolean readOnly,
      @Schema(enumeration = {"read_committed", "repeatable_read", "serializable"})
          @Nullable String isolation,
      @Schema(description = "with the names and types of the columns") @Nullable Boolean fields,
      @Schema(enumeration = {"object", "array"}) @Nullable String rowMode)
      implements Common {
    Statement statement() {
      return Bodies.statement("", sql, params);
    }
  }

  /** A statement of a batch. */
  @Schema(name = "SqlStep", requiredProperties = "sql", additionalProperties = Schema.False.class)
  record One(
      @Schema(minLength = 1, examples = "SELECT 1 AS one") @Nullable String sql,
      @Schema(type = SchemaType.ARRAY, implementation = Object.class)
          @JsonDeserialize(using = ExactJson.class)
          @Nullable JsonNode params) {}

  /** The body of {@code /sql/batch}. */
  @Schema(
      name = "SqlBatch",
      requiredProperties = "statements",
      additionalProperties = Schema.False.class)
  record Batch(
      @Schema(maxItems = MOST_STATEMENTS) @Nullable List<@Nullable One> statements,
      @Schema(description = "milliseconds", minimum = "1") @Nullable Long timeoutMs,
      @Schema(description = "10000 when not given", minimum = "1", maximum = "1000000")
          @Nullable Long maxRows,
      @Nullable Boolean readOnly,
      @Schema(enumeration = {"read_committed", "repeatable_read", "serializable"})
          @Nullable String isolation,
      @Schema(description = "with the names and types of the columns") @Nullable Boolean fields,
      @Schema(enumeration = {"object", "array"}) @Nullable String rowMode)
      implements Common {
    List<Statement> parsed() {
      List<@Nullable One> given = Given.field("statements", statements);
      if (given.size() > MOST_STATEMENTS) {
        throw new ApiException.BadRequest(
            "field 'statements' has more than " + MOST_STATEMENTS + " statements");
      }
      List<Statement> parsed = new ArrayList<>(given.size());
      for (int i = 0; i < given.size(); i++) {
        One one = given.get(i);
        String where = "statements[" + i + "].";
        parsed.add(
            one == null ? statement(where, null, null) : statement(where, one.sql(), one.params()));
      }
      return parsed;
    }
  }

  /** The body of {@code /sql/script}. */
  @Schema(
      name = "SqlScript",
      requiredProperties = "script",
      additionalProperties = Schema.False.class)
  record Script(
      @Schema(minLength = 1, examples = "return input.a + 1") @Nullable String script,
      @Schema(
              implementation = Object.class,
              description = "what the script sees as input",
              examples = "{\"a\":1}")
          @JsonDeserialize(using = ExactJson.class)
          @Nullable JsonNode input,
      @Schema(description = "milliseconds", minimum = "1") @Nullable Long timeoutMs,
      @Schema(description = "10000 when not given", minimum = "1", maximum = "1000000")
          @Nullable Long maxRows,
      @Nullable Boolean readOnly,
      @Schema(enumeration = {"read_committed", "repeatable_read", "serializable"})
          @Nullable String isolation,
      @Schema(description = "with the names and types of the columns") @Nullable Boolean fields,
      @Schema(enumeration = {"object", "array"}) @Nullable String rowMode)
      implements Common {
    String source() {
      if (script == null || script.isBlank()) {
        throw new ApiException.BadRequest("field 'script' is missing");
      }
      return script;
    }

    /** As JSON; an empty object when there is none. */
    String inputJson() {
      return input == null || input.isMissingNode() ? "{}" : input.toString();
    }
  }

  private static Statement statement(
      String where, @Nullable String sql, @Nullable JsonNode params) {
    if (sql == null || sql.isBlank()) {
      throw new ApiException.BadRequest("field '" + where + "sql' is missing");
    }
    if (!Params.isUnicode(sql)) {
      throw new ApiException.BadRequest("field '" + where + "sql' is not valid Unicode");
    }
    if (params == null || params.isNull()) {
      return new Statement(sql, List.of());
    }
    if (!params.isArray()) {
      throw new ApiException.BadRequest("field '" + where + "params' must be a list");
    }
    return new Statement(sql, Params.ofAll(params));
  }
}
