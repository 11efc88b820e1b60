package dev.mikcar.sql.http;

import dev.mikcar.common.http.Given;
import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.http.RequestEnd;
import dev.mikcar.common.http.TraceId;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.sql.SqlBackend;
import dev.mikcar.sql.database.Chunk;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Options.Caller;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.json.Csv;
import dev.mikcar.sql.json.Rows;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;
import org.jspecify.annotations.Nullable;

/** Statements, batches and scripts. */
@Path("/sql")
@Tag(name = "sql")
@Consumes(MediaType.APPLICATION_JSON)
@Singleton
public class SqlResource {
  private final SqlBackend backend;
  private final Optional<Duration> limit;
  private final Duration patience;

  SqlResource(SqlBackend backend, Settings settings) {
    this.backend = backend;
    this.limit = Optional.of(settings.requestTimeout());
    this.patience = settings.requestTimeout();
  }

  @POST
  @Path("query")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "The rows of a statement; application/x-ndjson or text/csv for any number")
  @APIResponse(
      responseCode = "200",
      description = "The rows",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = Answers.Rows.class)),
        @Content(mediaType = "application/x-ndjson", schema = @Schema(type = SchemaType.STRING)),
        @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING))
      })
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE, or the body is too large")
  public Uni<Response> query(@Context RoutingContext routing, Bodies.@Nullable Query body) {
    return rows(backend, Given.body(body), limit, routing).map(SqlResource::json);
  }

  static Uni<byte[]> rows(
      SqlBackend backend, Bodies.Query query, Optional<Duration> limit, RoutingContext routing) {
    boolean arrays = query.arrays();
    Statement statement = query.statement();
    Options options = query.options(limit, caller(routing));
    return RequestEnd.ends(routing, backend.with(sql -> sql.database().run(statement, options)))
        .map(result -> Rows.whole(result, arrays, query.withFields()));
  }

  @POST
  @Path("query")
  @Produces("application/x-ndjson")
  @Operation(hidden = true)
  public RestMulti<byte[]> queryLines(
      @Context RoutingContext routing, Bodies.@Nullable Query body) {
    Bodies.Query query = Given.body(body);
    boolean arrays = query.arrays();
    return RestMulti.fromMultiData(
            stream(routing, query)
                .filter(chunk -> !chunk.rows().isEmpty())
                .map(chunk -> Rows.lines(chunk.columns(), chunk.rows(), arrays)))
        .build();
  }

  @POST
  @Path("query")
  @Produces("text/csv")
  @Operation(hidden = true)
  public RestMulti<byte[]> queryCsv(@Context RoutingContext routing, Bodies.@Nullable Query body) {
    AtomicBoolean begun = new AtomicBoolean();
    return RestMulti.fromMultiData(
            stream(routing, Given.body(body))
                .map(chunk -> Csv.chunk(chunk, begun.compareAndSet(false, true)))
                .filter(csv -> csv.length > 0))
        .header("Content-Type", "text/csv; charset=utf-8; header=present")
        .build();
  }

  /** As long as it takes, unless the body says how long. */
  private Multi<Chunk> stream(RoutingContext routing, Bodies.Query query) {
    Options options = query.options(Optional.empty(), caller(routing));
    RequestDeadline.lift(routing);
    ReaderWatch watch = new ReaderWatch(routing, patience);
    Statement statement = query.statement();
    // Nothing is open before the stream is read, so a reader who goes first leaves nothing.
    return watch.watched(
        backend
            .with(sql -> Uni.createFrom().item(sql.database()))
            .onItem()
            .transformToMulti(database -> database.stream(statement, options)));
  }

  @POST
  @Path("execute")
  @Operation(summary = "How many rows a statement changed")
  @APIResponseSchema(value = Answers.Change.class, responseCode = "200")
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE, or the body is too large")
  public Uni<Answers.Change> execute(@Context RoutingContext routing, Bodies.@Nullable Query body) {
    Bodies.Query query = Given.body(body);
    Options options = query.options(limit, caller(routing));
    Statement statement = query.statement();
    return RequestEnd.ends(routing, backend.with(sql -> sql.database().run(statement, options)))
        .map(result -> new Answers.Change(result.affected()));
  }

  @POST
  @Path("batch")
  @Operation(summary = "Several statements in one transaction")
  @APIResponseSchema(value = Answers.Batch.class, responseCode = "200")
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE, or the body is too large")
  public Uni<Answers.Batch> batch(@Context RoutingContext routing, Bodies.@Nullable Batch body) {
    Bodies.Batch batch = Given.body(body);
    List<Statement> statements = batch.parsed();
    Options options = batch.options(limit, caller(routing));
    if (statements.isEmpty()) {
      return Uni.createFrom().item(new Answers.Batch("ok", 0, 0));
    }
    return RequestEnd.ends(
            routing,
            backend.with(
                sql -> sql.database().transaction(options, session -> session.runAll(statements))))
        .map(
            results ->
                new Answers.Batch(
                    "ok", results.size(), results.stream().mapToLong(Result::affected).sum()));
  }

  @POST
  @Path("script")
  @Operation(summary = "JavaScript in one transaction: all of it, or nothing")
  @APIResponse(
      responseCode = "200",
      description = "What the script returned",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Scripted.class)))
  @APIResponse(
      responseCode = "403",
      description = "The database does not allow it, or it writes and read_only was asked for")
  @APIResponse(
      responseCode = "409",
      description = "CONSTRAINT_VIOLATION, SERIALIZATION_FAILURE or LOCKED")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE, or the body is too large")
  public Uni<Response> script(@Context RoutingContext routing, Bodies.@Nullable Script body) {
    Bodies.Script script = Given.body(body);
    String source = script.source();
    Options options = script.options(limit, caller(routing));
    return RequestEnd.ends(
            routing, backend.with(sql -> sql.scripts().run(source, script.inputJson(), options)))
        .map(outcome -> json(outcome.json()));
  }

  static Response json(byte[] body) {
    return Response.ok(body).type(MediaType.APPLICATION_JSON_TYPE).build();
  }

  /** Who asks, for the audit. */
  static Caller caller(RoutingContext routing) {
    SocketAddress remote = routing.request().remoteAddress();
    String address = remote == null || remote.host() == null ? "unix" : remote.host();
    return new Caller(address, TraceId.of(routing));
  }
}
