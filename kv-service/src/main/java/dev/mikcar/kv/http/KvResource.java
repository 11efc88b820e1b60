package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.kv.KvBackend;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
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

  KvResource(KvBackend backend) {
    this.backend = backend;
  }

  private KvStore store() {
    return backend.store();
  }

  static Key key(RoutingContext routing) {
    return Key.of(PercentEncoding.decode("the key", ExactPath.after(routing, OPERATION)));
  }

  @GET
  @Path("get/{key:.*}")
  @Operation(summary = "The value of a key, byte for byte, with its content type")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Response> get(
      @Context RoutingContext routing,
      @HeaderParam("If-None-Match") @Nullable String ifNoneMatch,
      @HeaderParam("If-Match") @Nullable String ifMatch) {
    EntityTags none = EntityTags.parse("If-None-Match", ifNoneMatch);
    EntityTags match = EntityTags.parse("If-Match", ifMatch);
    return store()
        .get(key(routing))
        .map(
            found -> {
              Entry entry = found.orElseThrow(() -> new ApiException.NotFound("no such key"));
              if (match != null && !match.matchesStrongly(entry.etag())) {
                throw new ApiException.PreconditionFailed("the key has another entity tag");
              }
              String etag = '"' + entry.etag() + '"';
              if (none != null && none.matchesWeakly(entry.etag())) {
                return Response.notModified().header("ETag", etag).build();
              }
              return Response.ok(entry.value().bytes())
                  .header("Content-Type", entry.value().contentType())
                  .header("ETag", etag)
                  .build();
            });
  }

  @POST
  @Path("set/{key:.+}")
  @Operation(summary = "Sets a key to the body, byte for byte")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Response> post(
      @Context RoutingContext routing,
      @HeaderParam("Content-Type") @Nullable String contentType,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @HeaderParam("If-None-Match") @Nullable String ifNoneMatch,
      @QueryParam("ttl") @Nullable String ttl,
      @QueryParam("px") @Nullable String px,
      @QueryParam("nx") @Nullable String nx,
      @QueryParam("xx") @Nullable String xx,
      @QueryParam("keepttl") @Nullable String keepTtl,
      byte @Nullable [] body) {
    Key key = key(routing);
    Value value = new Value(body == null ? new byte[0] : body, checked(contentType));
    Ttl time = Parameters.ttl(ttl, px, keepTtl);
    boolean absent = Parameters.flag("nx", nx);
    boolean present = Parameters.flag("xx", xx);
    if (absent && present) {
      throw new ApiException.BadRequest("nx and xx exclude each other");
    }
    Condition condition =
        new Condition(
            absent,
            present,
            EntityTags.parse("If-Match", ifMatch),
            EntityTags.parse("If-None-Match", ifNoneMatch));
    return store()
        .set(key, value, time, condition)
        .map(
            etag ->
                Response.ok(new Answers.Stored("ok", key.toString()))
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .header("ETag", '"' + etag.orElseThrow(KvResource::unmet) + '"')
                    .build());
  }

  @PUT
  @Path("set/{key:.*}")
  @Operation(summary = "Sets a key to the body; also a key named batch")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Response> put(
      @Context RoutingContext routing,
      @HeaderParam("Content-Type") @Nullable String contentType,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @HeaderParam("If-None-Match") @Nullable String ifNoneMatch,
      @QueryParam("ttl") @Nullable String ttl,
      @QueryParam("px") @Nullable String px,
      @QueryParam("nx") @Nullable String nx,
      @QueryParam("xx") @Nullable String xx,
      @QueryParam("keepttl") @Nullable String keepTtl,
      byte @Nullable [] body) {
    return post(routing, contentType, ifMatch, ifNoneMatch, ttl, px, nx, xx, keepTtl, body);
  }

  @DELETE
  @Path("del/{key:.*}")
  @Operation(summary = "Deletes a key")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Answers.Deleted> delete(
      @Context RoutingContext routing,
      @HeaderParam("If-Match") @Nullable String ifMatch,
      @HeaderParam("If-None-Match") @Nullable String ifNoneMatch) {
    Condition condition =
        new Condition(
            false,
            false,
            EntityTags.parse("If-Match", ifMatch),
            EntityTags.parse("If-None-Match", ifNoneMatch));
    return store()
        .delete(key(routing), condition)
        .map(
            deletion ->
                switch (deletion) {
                  case DELETED -> new Answers.Deleted("ok", 1);
                  case ABSENT -> new Answers.Deleted("ok", 0);
                  case REFUSED -> throw unmet();
                });
  }

  @POST
  @Path("increment/{key:.*}")
  @Operation(summary = "Adds to an integer, atomically")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Map<String, Long>> increment(
      @Context RoutingContext routing, @QueryParam("by") @Nullable String by) {
    return store()
        .increment(key(routing), Parameters.integer("by", by, 1))
        .map(sum -> Map.of("value", sum));
  }

  @GET
  @Path("exists/{key:.*}")
  @Operation(summary = "Whether there is such a key")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Map<String, Boolean>> exists(@Context RoutingContext routing) {
    return store().expiresAt(key(routing)).map(at -> Map.of("exists", at.isPresent()));
  }

  @GET
  @Path("ttl/{key:.*}")
  @Operation(summary = "Seconds left, -1 without a ttl, -2 without a key")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Map<String, Long>> ttl(@Context RoutingContext routing) {
    return store()
        .expiresAt(key(routing))
        .map(
            at -> {
              if (at.isEmpty()) {
                return Map.of("ttl", -2L);
              }
              long left = at.getAsLong() - System.currentTimeMillis();
              return Map.of(
                  "ttl", at.getAsLong() == Entry.NEVER ? -1L : Math.max(0, Math.ceilDiv(left, 1000L)));
            });
  }

  @POST
  @Path("expire/{key:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Gives a key a time to live; one that is over deletes it")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Map<String, String>> expire(
      @Context RoutingContext routing, Requests.@Nullable Expire body) {
    Key key = key(routing);
    long seconds = Requests.required(body).given();
    Uni<Boolean> done =
        seconds <= 0
            ? store().delete(key, Condition.NONE).map(KvStore.Deletion.DELETED::equals)
            : store().expire(key, Ttl.ofSeconds("seconds", seconds));
    return done.map(KvResource::foundOrNot);
  }

  @POST
  @Path("persist/{key:.*}")
  @Operation(summary = "Takes the time to live off a key")
  @Parameter(name = "key", in = ParameterIn.PATH)
  public Uni<Map<String, String>> persist(@Context RoutingContext routing) {
    return store().expire(key(routing), Ttl.none()).map(KvResource::foundOrNot);
  }

  private static Map<String, String> foundOrNot(boolean found) {
    return Map.of("status", found ? "ok" : "key_not_found");
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
          && !MediaType.valueOf(contentType).isWildcardType()) {
        return contentType;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new ApiException.BadRequest("the Content-Type is not a media type of at most 255 bytes");
  }
}
