package dev.mikcar.sql.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
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
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
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
  @Parameter(name = "table", in = ParameterIn.PATH)
  public Uni<Response> list(@Context RoutingContext routing) {
    return table(routing)
        .chain(table -> run(routing, TableQuery.select(table, routing.queryParams())))
        .map(result -> SqlResource.json(Rows.whole(result, false, false)));
  }

  @GET
  @Path("{table}/{id:.*}")
  @Operation(summary = "The row of a primary key")
  @Parameter(name = "table", in = ParameterIn.PATH)
  @Parameter(name = "id", in = ParameterIn.PATH)
  public Uni<Response> get(@Context RoutingContext routing) {
    return oneRow(routing, (table, id) -> TableQuery.selectOne(table, id))
        .map(result -> SqlResource.json(Rows.one(result)));
  }

  @PUT
  @Path("{table}/{id:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Replaces the row of a primary key: columns not given get their defaults")
  @Parameter(name = "table", in = ParameterIn.PATH)
  @Parameter(name = "id", in = ParameterIn.PATH)
  public Uni<Response> put(@Context RoutingContext routing, @Nullable RowBody body) {
    RowBody row = Bodies.required(body);
    return oneRow(routing, (table, id) -> TableQuery.replace(table, id, row.object()))
        .map(result -> SqlResource.json(Rows.one(result)));
  }

  @PATCH
  @Path("{table}/{id:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Changes columns of the row of a primary key")
  @Parameter(name = "table", in = ParameterIn.PATH)
  @Parameter(name = "id", in = ParameterIn.PATH)
  public Uni<Response> patch(@Context RoutingContext routing, @Nullable RowBody body) {
    RowBody row = Bodies.required(body);
    return oneRow(routing, (table, id) -> TableQuery.update(table, id, row.object()))
        .map(result -> SqlResource.json(Rows.one(result)));
  }

  @DELETE
  @Path("{table}/{id:.*}")
  @Operation(summary = "Deletes the row of a primary key")
  @Parameter(name = "table", in = ParameterIn.PATH)
  @Parameter(name = "id", in = ParameterIn.PATH)
  public Uni<Map<String, Long>> delete(@Context RoutingContext routing) {
    List<String> id = id(routing);
    return table(routing)
        .chain(table -> run(routing, TableQuery.delete(table, id)))
        .map(
            result -> {
              if (result.affected() == 0) {
                throw noRow();
              }
              return Map.of("rows_affected", result.affected());
            });
  }

  @POST
  @Path("{table}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Inserts a row, or a list of rows in one transaction")
  @Parameter(name = "table", in = ParameterIn.PATH)
  public Uni<Response> insert(@Context RoutingContext routing, @Nullable RowBody body) {
    List<JsonNode> rows = Bodies.required(body).rows();
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
