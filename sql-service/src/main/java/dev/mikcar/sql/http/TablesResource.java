package dev.mikcar.sql.http;

import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.PATH;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.QUERY;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.Given;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.http.RequestEnd;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.sql.SqlBackend;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import dev.mikcar.sql.json.Rows;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.Explode;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterStyle;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Rows of a table as things of their own. Names are checked against the catalogue, then quoted. */
@Path("/sql/tables")
@Tag(name = "sql")
@Singleton
public class TablesResource {
  private static final int TABLE = 2;

  private final SqlBackend backend;
  private final Settings settings;

  TablesResource(SqlBackend backend, Settings settings) {
    this.backend = backend;
    this.settings = settings;
  }

  @GET
  @Path("{table}")
  @Operation(summary = "Rows of a table: ?column=value, limit, offset, order=column.desc")
  @Parameter(
      name = "table",
      in = PATH,
      example = "account",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @Parameter(
      name = "limit",
      in = QUERY,
      description = "the most rows",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              minimum = "1",
              maximum = "10000",
              defaultValue = "1000"))
  @Parameter(
      name = "offset",
      in = QUERY,
      description = "how many rows are left out",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              minimum = "0",
              maximum = "2147483647",
              defaultValue = "0"))
  @Parameter(
      name = "order",
      in = QUERY,
      description = "columns, each with .asc or .desc, separated by commas",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "column",
      in = QUERY,
      description = "the value of any column, by its name",
      style = ParameterStyle.FORM,
      explode = Explode.TRUE,
      schema = @Schema(type = SchemaType.OBJECT, additionalProperties = String.class))
  @APIResponse(
      responseCode = "200",
      description = "The rows",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Rows.class)))
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(responseCode = "404", description = "There is no such table, or no such row")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE, or the body is too large")
  public Uni<Response> list(@Context RoutingContext routing) {
    return table(routing)
        .chain(table -> run(routing, TableQuery.select(table, routing.queryParams())))
        .map(result -> SqlResource.json(Rows.whole(result, false, false)));
  }

  @GET
  @Path("{table}/{id:.*}")
  @Operation(summary = "The row of a primary key")
  @Parameter(
      name = "table",
      in = PATH,
      example = "account",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @Parameter(
      name = "id",
      in = PATH,
      example = "1",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @APIResponse(
      responseCode = "200",
      description = "The row",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Row.class)))
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(responseCode = "404", description = "There is no such table, or no such row")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE, or the body is too large")
  public Uni<Response> get(@Context RoutingContext routing) {
    return oneRow(routing, (table, id) -> TableQuery.selectOne(table, id))
        .map(result -> SqlResource.json(Rows.one(result)));
  }

  @PUT
  @Path("{table}/{id:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Replaces the row of a primary key: columns not given get their defaults")
  @Parameter(
      name = "table",
      in = PATH,
      example = "account",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @Parameter(
      name = "id",
      in = PATH,
      example = "1",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @RequestBody(
      required = true,
      content =
          @Content(
              schema = @Schema(implementation = Answers.Row.class),
              examples = @ExampleObject(name = "row", value = "{\"balance\":100}")))
  @APIResponse(
      responseCode = "200",
      description = "The row",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Row.class)))
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(responseCode = "404", description = "There is no such table, or no such row")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  public Uni<Response> put(@Context RoutingContext routing, @Nullable RowBody body) {
    RowBody row = Given.body(body);
    return oneRow(routing, (table, id) -> TableQuery.replace(table, id, row.object()))
        .map(result -> SqlResource.json(Rows.one(result)));
  }

  @PATCH
  @Path("{table}/{id:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Changes columns of the row of a primary key")
  @Parameter(
      name = "table",
      in = PATH,
      example = "account",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @Parameter(
      name = "id",
      in = PATH,
      example = "1",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @RequestBody(
      required = true,
      content =
          @Content(
              schema = @Schema(implementation = Answers.Row.class),
              examples = @ExampleObject(name = "row", value = "{\"balance\":100}")))
  @APIResponse(
      responseCode = "200",
      description = "The row",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Row.class)))
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(responseCode = "404", description = "There is no such table, or no such row")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  public Uni<Response> patch(@Context RoutingContext routing, @Nullable RowBody body) {
    RowBody row = Given.body(body);
    return oneRow(routing, (table, id) -> TableQuery.update(table, id, row.object()))
        .map(result -> SqlResource.json(Rows.one(result)));
  }

  @DELETE
  @Path("{table}/{id:.*}")
  @Operation(summary = "Deletes the row of a primary key")
  @Parameter(
      name = "table",
      in = PATH,
      example = "account",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @Parameter(
      name = "id",
      in = PATH,
      example = "1",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @APIResponseSchema(value = Answers.Change.class, responseCode = "200")
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(responseCode = "404", description = "There is no such table, or no such row")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  public Uni<Answers.Change> delete(@Context RoutingContext routing) {
    List<String> id = id(routing);
    return table(routing)
        .chain(table -> run(routing, TableQuery.delete(table, id)))
        .map(
            result -> {
              if (result.affected() == 0) {
                throw noRow();
              }
              return new Answers.Change(result.affected());
            });
  }

  @POST
  @Path("{table}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Inserts a row, or a list of rows in one transaction")
  @Parameter(
      name = "table",
      in = PATH,
      example = "account",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @RequestBody(
      required = true,
      content =
          @Content(
              schema = @Schema(oneOf = {Answers.Row.class, Answers.RowList.class}),
              examples = @ExampleObject(name = "row", value = "{\"id\":1,\"balance\":100}")))
  @APIResponse(
      responseCode = "201",
      description = "The rows as they are stored",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Rows.class)))
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(responseCode = "404", description = "There is no such table, or no such row")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE, or the body is too large")
  public Uni<Response> insert(@Context RoutingContext routing, @Nullable RowBody body) {
    List<JsonNode> rows = Given.body(body).rows();
    return table(routing)
        .chain(
            table -> {
              List<Statement> statements =
                  rows.stream().map(row -> TableQuery.insert(table, row)).toList();
              if (statements.isEmpty()) {
                return Uni.createFrom().item(together(List.of()));
              }
              return statements.size() == 1
                  ? run(routing, statements.getFirst())
                  : runAll(routing, statements).map(TablesResource::together);
            })
        .map(
            result ->
                Response.status(Response.Status.CREATED)
                    .entity(Rows.whole(result, false, false))
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .build());
  }

  private static Result together(List<Result> results) {
    List<List<Cell>> rows = new ArrayList<>();
    results.forEach(result -> rows.addAll(result.rows()));
    return new Result(
        results.isEmpty() ? List.of() : results.getFirst().columns(), rows, rows.size());
  }

  private Uni<Result> oneRow(
      RoutingContext routing, BiFunction<Table, List<String>, Statement> statement) {
    List<String> id = id(routing);
    return table(routing)
        .chain(table -> run(routing, statement.apply(table, id)))
        .invoke(
            result -> {
              if (result.rows().isEmpty()) {
                throw noRow();
              }
            });
  }

  private Uni<Table> table(RoutingContext routing) {
    String path = ExactPath.after(routing, TABLE);
    int slash = path.indexOf('/');
    String name = PercentEncoding.decode("the table", slash < 0 ? path : path.substring(0, slash));
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new ApiException.NotFound("there is no such table");
    }
    return backend.with(sql -> sql.database().table(name));
  }

  /** The values of a primary key: split at commas before they are decoded. */
  private static List<String> id(RoutingContext routing) {
    List<String> id = new ArrayList<>();
    for (String part : ExactPath.after(routing, TABLE + 1).split(",", -1)) {
      id.add(PercentEncoding.decode("the key", part));
    }
    return id;
  }

  private Uni<Result> run(RoutingContext routing, Statement statement) {
    Options options = options(routing);
    return RequestEnd.ends(routing, backend.with(sql -> sql.database().run(statement, options)));
  }

  private Uni<List<Result>> runAll(RoutingContext routing, List<Statement> statements) {
    Options options = options(routing);
    return RequestEnd.ends(
        routing,
        backend.with(
            sql -> sql.database().transaction(options, session -> session.runAll(statements))));
  }

  private Options options(RoutingContext routing) {
    return new Options(
        Optional.of(settings.requestTimeout()),
        Options.MAX_ROWS,
        false,
        null,
        true,
        SqlResource.caller(routing));
  }

  private static ApiException noRow() {
    return new ApiException.NotFound("there is no row with this key");
  }
}
