package dev.mikcar.kv.http;

import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.HEADER;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.PATH;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.QUERY;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.Given;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.work.Cancellation;
import dev.mikcar.kv.KvBackend;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Glob;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Many keys at a time: batches in JSON, and listings. */
@Path("/kv")
@Tag(name = "kv")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class KvBatchResource {
  private static final int MOST_KEYS = 10_000;
  private static final int USUAL_COUNT = 100;
  private static final int OPERATION = 2;

  private final KvBackend backend;
  private final RequestDeadline deadline;
  private final MemoryBudget budget;

  KvBatchResource(KvBackend backend, RequestDeadline deadline, MemoryBudget budget) {
    this.backend = backend;
    this.budget = budget;
    this.deadline = deadline;
  }

  @POST
  @Parameter(
      name = "encoding",
      in = QUERY,
      description = "how values stand in the body; text when not given",
      schema = @Schema(type = SchemaType.STRING, enumeration = "base64"))
  @Path("get/batch")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "The values of many keys, null for those that are not there")
  @APIResponse(
      responseCode = "200",
      description = "The values",
      content =
          @Content(
              schema =
                  @Schema(
                      type = SchemaType.OBJECT,
                      additionalProperties = Requests.ValueText.class)))
  @APIResponse(
      responseCode = "409",
      description = "NOT_TEXT: a value is no UTF-8, and can be had as base64")
  @APIResponse(
      responseCode = "413",
      description = "RESULT_TOO_LARGE: the values have more bytes than one answer may have")
  public Uni<Map<String, @Nullable String>> get(
      @Context RoutingContext routing, Requests.@Nullable Keys body) {
    Encoding as = Encoding.of(new Parameters(routing).text("encoding"));
    List<Key> keys = Given.body(body).parsed();
    AnswerRoom room = AnswerRoom.ofBatch(budget);
    routing.addEndHandler(_ -> room.close());
    return backend
        .with(store -> store.getAll(keys, room))
        .map(
            found -> {
              Map<String, @Nullable String> values = new LinkedHashMap<>();
              for (Key key : keys) {
                Entry entry = found.get(key);
                values.put(key.toString(), entry == null ? null : as.text(key, entry.value()));
              }
              return values;
            });
  }

  @POST
  @Parameter(
      name = "encoding",
      in = QUERY,
      description = "how values stand in the body; text when not given",
      schema = @Schema(type = SchemaType.STRING, enumeration = "base64"))
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
  @Path("set/batch")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Sets many keys; all are checked before one is written")
  @RequestBody(
      required = true,
      content =
          @Content(
              schema =
                  @Schema(
                      type = SchemaType.OBJECT,
                      additionalProperties = String.class,
                      propertyNames = Requests.KeyText.class),
              examples =
                  @ExampleObject(name = "two keys", value = "{\"a\":\"one\",\"b\":\"two\"}")))
  @Parameter(
      name = "X-Cache-TTL",
      in = HEADER,
      description = "seconds to live, when there is no ttl",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              format = "int64",
              minimum = "1",
              maximum = "316224000000"))
  public Uni<Answers.Counted> set(
      @Context RoutingContext routing, @Nullable Map<String, @Nullable String> body) {
    Parameters parameters = new Parameters(routing);
    Encoding as = Encoding.of(parameters.text("encoding"));
    Ttl time = parameters.batchTtl();
    Map<Key, Value> values = new LinkedHashMap<>();
    Given.body(body).forEach((key, text) -> values.put(Key.of(key), as.value(key, text)));
    return backend
        .with(store -> store.setAll(values, time))
        .map(ignored -> new Answers.Counted("ok", values.size()));
  }

  @POST
  @Parameter(
      name = "encoding",
      in = QUERY,
      description = "how values stand in the body; text when not given",
      schema = @Schema(type = SchemaType.STRING, enumeration = "base64"))
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
  @Path("set")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "The same as /kv/set/batch")
  @RequestBody(
      required = true,
      content =
          @Content(
              schema =
                  @Schema(
                      type = SchemaType.OBJECT,
                      additionalProperties = String.class,
                      propertyNames = Requests.KeyText.class),
              examples =
                  @ExampleObject(name = "two keys", value = "{\"a\":\"one\",\"b\":\"two\"}")))
  @Parameter(
      name = "X-Cache-TTL",
      in = HEADER,
      description = "seconds to live, when there is no ttl",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              format = "int64",
              minimum = "1",
              maximum = "316224000000"))
  public Uni<Answers.Counted> setAtRoot(
      @Context RoutingContext routing, @Nullable Map<String, @Nullable String> body) {
    return set(routing, body);
  }

  @POST
  @Path("del/batch")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Deletes many keys and counts those that existed")
  public Uni<Answers.Deleted> delete(Requests.@Nullable Keys body) {
    List<Key> keys = Given.body(body).parsed();
    return backend
        .with(store -> store.deleteAll(keys))
        .map(deleted -> new Answers.Deleted("ok", deleted));
  }

  @GET
  @Parameter(
      name = "limit",
      in = QUERY,
      description = "the most keys",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              minimum = "1",
              maximum = "10000",
              defaultValue = "10000"))
  @Path("keys/{pattern:.*}")
  @Operation(summary = "The keys that match a pattern of Redis, sorted")
  @Parameter(
      name = "pattern",
      in = PATH,
      example = "gr*",
      schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = Key.LONGEST))
  public Uni<Answers.Listing> keys(@Context RoutingContext routing) {
    String pattern = PercentEncoding.decode("the pattern", ExactPath.after(routing, OPERATION));
    Glob glob = glob(pattern);
    int limit = new Parameters(routing).integer("limit", MOST_KEYS, MOST_KEYS);
    Cancellation cancellation = deadline.cancellation(routing);
    return backend
        .with(store -> store.keys(glob, limit, cancellation))
        .map(page -> Answers.Listing.of(texts(page), page.next().isPresent()));
  }

  @GET
  @Parameter(
      name = "match",
      in = QUERY,
      description = "a pattern of Redis",
      schema = @Schema(type = SchemaType.STRING, maxLength = Key.LONGEST, defaultValue = "*"))
  @Parameter(
      name = "count",
      in = QUERY,
      description = "how many keys are looked at",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              minimum = "1",
              maximum = "10000",
              defaultValue = "100"))
  @Parameter(
      name = "cursor",
      in = QUERY,
      description = "that of the page before",
      schema = @Schema(type = SchemaType.STRING, pattern = "^[A-Za-z0-9_-]*$"))
  @Path("scan")
  @Operation(summary = "The keys in pages; each key that stays is in one of them")
  public Uni<Answers.Page> scan(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    String match = parameters.text("match");
    String cursor = parameters.text("cursor");
    Glob glob = glob(match == null ? "*" : match);
    int count = parameters.integer("count", USUAL_COUNT, MOST_KEYS);
    Optional<Key> after =
        Optional.ofNullable(cursor).filter(c -> !c.isEmpty()).map(KvBatchResource::decode);
    Cancellation cancellation = deadline.cancellation(routing);
    return backend
        .with(store -> store.scan(glob, count, after, cancellation))
        .map(
            page ->
                new Answers.Page(
                    texts(page), page.next().map(KvBatchResource::encode).orElse(null)));
  }

  private static Glob glob(String pattern) {
    if (pattern.length() > Key.LONGEST) {
      throw new ApiException.BadRequest(
          "the pattern is longer than " + Key.LONGEST + " characters");
    }
    return Glob.of(pattern);
  }

  private static List<String> texts(KeyPage page) {
    return page.keys().stream().map(Key::toString).toList();
  }

  /** The last key looked at. Opaque to callers, and of no use to them but this. */
  private static String encode(Key last) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(last.utf8());
  }

  private static Key decode(String cursor) {
    try {
      return Key.of(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new ApiException.BadRequest("the cursor is none that a scan gave out");
    }
  }
}
