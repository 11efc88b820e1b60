package dev.mikcar.kv.http;

import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.HEADER;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.PATH;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.QUERY;

import dev.mikcar.common.description.EntityTag;
import dev.mikcar.common.description.EntityTagList;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.Given;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.kv.KvBackend;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.math.BigInteger;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** One key at a time. The key is the rest of the path, exactly, {@link ExactPath}. */
@Path("/kv")
@Tag(name = "kv")
@Singleton
public class KvResource {
  private static final int OPERATION = 2;
  private static final int LONGEST_CONTENT_TYPE = 255;

  private final KvBackend backend;
  private final MemoryBudget budget;

  KvResource(KvBackend backend, MemoryBudget budget) {
    this.backend = backend;
    this.budget = budget;
  }

  static Key key(RoutingContext routing) {
    return Key.of(PercentEncoding.decode("the key", ExactPath.after(routing, OPERATION)));
  }

  @GET
  @Path("get/{key:.*}")
  @Operation(summary = "The value of a key, byte for byte, with its content type")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only if the key has one of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only if the key has none of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponse(
      responseCode = "200",
      description = "The value",
      headers =
          @Header(
              name = "ETag",
              required = true,
              schema = @Schema(implementation = EntityTag.class)),
      content =
          @Content(
              mediaType = "*/*",
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  @APIResponse(responseCode = "304", description = "The caller has it")
  @APIResponse(responseCode = "404", description = "There is no such key")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  public Uni<Response> get(@Context RoutingContext routing) {
    Reading reading = Reading.of(routing);
    AnswerRoom room = AnswerRoom.ofValue(budget);
    routing.addEndHandler(_ -> room.close());
    return backend
        .with(store -> reading.in(store, room))
        .map(entry -> answer(routing, reading, entry));
  }

  private static Response answer(RoutingContext routing, Reading reading, Entry entry) {
    Response.ResponseBuilder answer = Response.ok();
    int status = reading.answer(entry, answer::header);
    if (status != Reading.OK) {
      return answer.status(status).build();
    }
    byte[] value = entry.value().bytes();
    // Nothing is written after the head of a HEAD that the length could be taken from.
    return HttpMethod.HEAD.equals(routing.request().method())
        ? answer.header("Content-Length", value.length).entity(value).build()
        : answer.entity(value).build();
  }

  @POST
  @Parameter(
      name = "ttl",
      in = QUERY,
      description = "seconds to live",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              format = "int64",
              minimum = "1",
              maximum = "316224000000"))
  @Parameter(
      name = "px",
      in = QUERY,
      description = "milliseconds to live",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              format = "int64",
              minimum = "1",
              maximum = "316224000000000"))
  @Parameter(
      name = "nx",
      in = QUERY,
      description = "only if there is no such key",
      schema =
          @Schema(
              type = SchemaType.STRING,
              enumeration = {"", "true", "1", "false", "0"}))
  @Parameter(
      name = "xx",
      in = QUERY,
      description = "only if there is one",
      schema =
          @Schema(
              type = SchemaType.STRING,
              enumeration = {"", "true", "1", "false", "0"}))
  @Parameter(
      name = "keepttl",
      in = QUERY,
      description = "keep the time to live",
      schema =
          @Schema(
              type = SchemaType.STRING,
              enumeration = {"", "true", "1", "false", "0"}))
  @Path("set/{key:.+}")
  @Operation(summary = "Sets a key to the body, byte for byte")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  @RequestBody(
      description = "The value",
      content =
          @Content(
              mediaType = "*/*",
              schema = @Schema(type = SchemaType.STRING, format = "binary"),
              examples = @ExampleObject(name = "text", value = "hello")))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only if the key has one of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only if the key has none of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponse(
      responseCode = "200",
      description = "It is set",
      headers =
          @Header(
              name = "ETag",
              required = true,
              schema = @Schema(implementation = EntityTag.class)),
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Stored.class)))
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  public Uni<Response> post(
      @Context RoutingContext routing,
      @HeaderParam("Content-Type") @Nullable String contentType,
      byte @Nullable [] body) {
    Key key = key(routing);
    Value value = new Value(body == null ? new byte[0] : body, checked(contentType));
    Parameters parameters = new Parameters(routing);
    Ttl ttl = parameters.ttl();
    Condition condition = parameters.condition();
    return backend
        .with(store -> store.set(key, value, ttl, condition))
        .map(
            set ->
                Response.ok(new Answers.Stored("ok", key.toString()))
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .header("ETag", Reading.etag(set.orElseThrow(KvResource::unmet)))
                    .build());
  }

  @PUT
  @Parameter(
      name = "ttl",
      in = QUERY,
      description = "seconds to live",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              format = "int64",
              minimum = "1",
              maximum = "316224000000"))
  @Parameter(
      name = "px",
      in = QUERY,
      description = "milliseconds to live",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              format = "int64",
              minimum = "1",
              maximum = "316224000000000"))
  @Parameter(
      name = "nx",
      in = QUERY,
      description = "only if there is no such key",
      schema =
          @Schema(
              type = SchemaType.STRING,
              enumeration = {"", "true", "1", "false", "0"}))
  @Parameter(
      name = "xx",
      in = QUERY,
      description = "only if there is one",
      schema =
          @Schema(
              type = SchemaType.STRING,
              enumeration = {"", "true", "1", "false", "0"}))
  @Parameter(
      name = "keepttl",
      in = QUERY,
      description = "keep the time to live",
      schema =
          @Schema(
              type = SchemaType.STRING,
              enumeration = {"", "true", "1", "false", "0"}))
  @Path("set/{key:.*}")
  @Operation(summary = "Sets a key to the body; also a key named batch")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  @RequestBody(
      description = "The value",
      content =
          @Content(
              mediaType = "*/*",
              schema = @Schema(type = SchemaType.STRING, format = "binary"),
              examples = @ExampleObject(name = "text", value = "hello")))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only if the key has one of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only if the key has none of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponse(
      responseCode = "200",
      description = "It is set",
      headers =
          @Header(
              name = "ETag",
              required = true,
              schema = @Schema(implementation = EntityTag.class)),
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Stored.class)))
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  public Uni<Response> put(
      @Context RoutingContext routing,
      @HeaderParam("Content-Type") @Nullable String contentType,
      byte @Nullable [] body) {
    return post(routing, contentType, body);
  }

  @DELETE
  @Path("del/{key:.*}")
  @Operation(summary = "Deletes a key")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only if the key has one of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only if the key has none of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponseSchema(value = Answers.Deleted.class, responseCode = "200")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  public Uni<Answers.Deleted> delete(@Context RoutingContext routing) {
    Key key = key(routing);
    Condition condition = new Parameters(routing).condition();
    return deleted(key, condition).map(there -> new Answers.Deleted("ok", there ? 1 : 0));
  }

  @POST
  @Parameter(
      name = "by",
      in = QUERY,
      description = "what to add, 1",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              format = "int64",
              minimum = "-9223372036854775808",
              maximum = "9223372036854775807",
              defaultValue = "1"))
  @Path("increment/{key:.*}")
  @Operation(summary = "Adds to an integer, atomically")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only if the key has one of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only if the key has none of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponseSchema(value = Answers.Sum.class, responseCode = "200")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  @APIResponse(
      responseCode = "409",
      description = "NOT_AN_INTEGER or OUT_OF_RANGE; nothing was changed")
  public Uni<Answers.Sum> increment(@Context RoutingContext routing) {
    Key key = key(routing);
    Parameters parameters = new Parameters(routing);
    long by = parameters.integer("by", 1);
    Condition condition = parameters.match();
    return backend.with(store -> store.increment(key, by, condition)).map(Answers.Sum::new);
  }

  @GET
  @Path("exists/{key:.*}")
  @Operation(summary = "Whether there is such a key")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  public Uni<Answers.Existence> exists(@Context RoutingContext routing) {
    Key key = key(routing);
    return backend
        .with(store -> store.expiresAt(key))
        .map(at -> new Answers.Existence(at.isPresent()));
  }

  @GET
  @Path("ttl/{key:.*}")
  @Operation(summary = "Seconds left, -1 without a ttl, -2 without a key")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  public Uni<Answers.TimeToLive> ttl(@Context RoutingContext routing) {
    Key key = key(routing);
    return backend
        .with(store -> store.expiresAt(key))
        .map(
            at -> {
              if (at.isEmpty()) {
                return new Answers.TimeToLive(-2);
              }
              long left = at.getAsLong() - System.currentTimeMillis();
              return new Answers.TimeToLive(
                  at.getAsLong() == Entry.NEVER ? -1 : Math.max(0, Math.ceilDiv(left, 1000L)));
            });
  }

  @POST
  @Path("expire/{key:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Gives a key a time to live; one that is over deletes it")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only if the key has one of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only if the key has none of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponseSchema(value = Answers.Outcome.class, responseCode = "200")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  public Uni<Answers.Outcome> expire(
      @Context RoutingContext routing, Requests.@Nullable Expire body) {
    Key key = key(routing);
    BigInteger seconds = Given.body(body).given();
    Condition condition = new Parameters(routing).match();
    Uni<Boolean> done =
        seconds.signum() <= 0
            ? deleted(key, condition)
            : expire(key, Ttl.ofSeconds("seconds", seconds), condition);
    return done.map(Answers.Outcome::of);
  }

  @POST
  @Path("persist/{key:.*}")
  @Operation(summary = "Takes the time to live off a key")
  @Parameter(
      name = "key",
      in = PATH,
      example = "greeting",
      schema = @Schema(implementation = Requests.KeyText.class))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only if the key has one of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only if the key has none of these tags; * for any",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponseSchema(value = Answers.Outcome.class, responseCode = "200")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  public Uni<Answers.Outcome> persist(@Context RoutingContext routing) {
    Condition condition = new Parameters(routing).match();
    return expire(key(routing), Ttl.none(), condition).map(Answers.Outcome::of);
  }

  private Uni<Boolean> expire(Key key, Ttl ttl, Condition condition) {
    return backend.with(store -> store.expire(key, ttl, condition));
  }

  private Uni<Boolean> deleted(Key key, Condition condition) {
    return backend
        .with(store -> store.delete(key, condition))
        .map(
            deletion ->
                switch (deletion) {
                  case DELETED -> true;
                  case ABSENT -> false;
                  case REFUSED -> throw unmet();
                });
  }

  private static ApiException unmet() {
    return new ApiException.PreconditionFailed("the condition of the request is not met");
  }

  /** The content type as it came, if it is one: it goes back out in a header. */
  private static String checked(@Nullable String contentType) {
    if (contentType == null || contentType.isBlank()) {
      return Value.TEXT;
    }
    try {
      if (contentType.length() <= LONGEST_CONTENT_TYPE
          && contentType.chars().noneMatch(c -> c == '*' || c < ' ' || c == 0x7f)
          && MediaType.valueOf(contentType) != null) {
        return contentType;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new ApiException.BadRequest("the Content-Type is not a media type of at most 255 bytes");
  }
}
