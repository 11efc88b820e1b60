package dev.mikcar.storage.http;

import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.PATH;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.QUERY;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.Given;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.http.RequestEnd;
import dev.mikcar.storage.StorageBackend;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.ObjectStore;
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
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Many objects at a time, in JSON. */
@Path("/storage")
@Tag(name = "storage")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class StorageResource {
  private static final int MOST = 1000;
  private static final int OPERATION = 2;

  private final StorageBackend backend;
  private final SignedUrls signedUrls;

  StorageResource(StorageBackend backend, SignedUrls signedUrls) {
    this.backend = backend;
    this.signedUrls = signedUrls;
  }

  @GET
  @Path("list")
  @Operation(summary = "All objects, sorted by location")
  @Parameter(
      name = "limit",
      in = QUERY,
      description = "the most objects and prefixes",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              minimum = "1",
              maximum = "1000",
              defaultValue = "1000"))
  @Parameter(
      name = "offset",
      in = QUERY,
      description = "only what comes after it",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "delimiter",
      in = QUERY,
      description = "such as /",
      schema = @Schema(type = SchemaType.STRING))
  public Uni<Listing> list(@Context RoutingContext routing) {
    return listBelow(routing);
  }

  @GET
  @Path("list/{prefix:.*}")
  @Operation(summary = "The objects whose location begins so, sorted by location")
  @Parameter(
      name = "prefix",
      in = PATH,
      example = "photos/",
      schema =
          @Schema(
              type = SchemaType.STRING,
              minLength = 1,
              maxLength = ObjectPath.LONGEST,
              pattern = Requests.PREFIX))
  @Parameter(
      name = "limit",
      in = QUERY,
      description = "the most objects and prefixes",
      schema =
          @Schema(
              type = SchemaType.INTEGER,
              minimum = "1",
              maximum = "1000",
              defaultValue = "1000"))
  @Parameter(
      name = "offset",
      in = QUERY,
      description = "only what comes after it",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "delimiter",
      in = QUERY,
      description = "such as /",
      schema = @Schema(type = SchemaType.STRING))
  public Uni<Listing> listBelow(@Context RoutingContext routing) {
    String prefix = PercentEncoding.decode("the prefix", ExactPath.after(routing, OPERATION));
    Listing.Query query =
        new Listing.Query(
            ObjectPath.prefix(prefix),
            limit(query(routing, "limit")),
            Objects.requireNonNullElse(query(routing, "offset"), ""),
            Objects.requireNonNullElse(query(routing, "delimiter"), ""));
    return RequestEnd.ends(routing, backend.with(store -> store.list(query)));
  }

  private static @Nullable String query(RoutingContext routing, String name) {
    return routing.queryParams().get(name);
  }

  private static int limit(@Nullable String text) {
    try {
      int limit = text == null ? MOST : Integer.parseInt(text);
      if (limit >= 1 && limit <= MOST) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ApiException.BadRequest("limit must be from 1 to " + MOST);
  }

  @POST
  @Path("copy")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Copies an object with its headers")
  @APIResponseSchema(value = Answers.Done.class, responseCode = "200")
  @APIResponse(responseCode = "404", description = "There is no such object")
  public Uni<Answers.Done> copy(@Context RoutingContext routing, Requests.@Nullable FromTo body) {
    return transfer(routing, body, ObjectStore::copy, "copied");
  }

  @POST
  @Path("move")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Moves an object with its headers")
  @APIResponseSchema(value = Answers.Done.class, responseCode = "200")
  @APIResponse(responseCode = "404", description = "There is no such object")
  public Uni<Answers.Done> move(@Context RoutingContext routing, Requests.@Nullable FromTo body) {
    return transfer(routing, body, ObjectStore::move, "moved");
  }

  private interface Transfer {
    Uni<Void> by(ObjectStore store, ObjectPath from, ObjectPath to);
  }

  /** Takes as long as the object is large. */
  private Uni<Answers.Done> transfer(
      RoutingContext routing, Requests.@Nullable FromTo body, Transfer transfer, String status) {
    Requests.FromTo paths = Given.body(body);
    ObjectPath from = paths.source();
    ObjectPath to = paths.target();
    RequestDeadline.lift(routing);
    return backend
        .with(store -> transfer.by(store, from, to))
        .map(ignored -> new Answers.Done(status, to.text()));
  }

  @POST
  @Path("delete/batch")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Deletes many objects; each has its result")
  public Uni<Answers.Batch> delete(Requests.@Nullable Paths body) {
    List<ObjectPath> paths = Given.body(body).parsed();
    return backend
        .with(store -> store.deleteAll(paths))
        .map(
            outcomes -> {
              List<Answers.Result> results =
                  paths.stream().distinct().map(path -> result(path, outcomes)).toList();
              long deleted = results.stream().filter(r -> r.status().equals("deleted")).count();
              return new Answers.Batch((int) deleted, results);
            });
  }

  private static Answers.Result result(
      ObjectPath path, Map<ObjectPath, Optional<Throwable>> outcomes) {
    return switch (outcomes.getOrDefault(path, Optional.empty()).orElse(null)) {
      case null -> new Answers.Result(path.text(), "deleted", null);
      case ApiException.NotFound e -> new Answers.Result(path.text(), "not_found", null);
      case ApiException e -> new Answers.Result(path.text(), "failed", e.getMessage());
      case Throwable e -> new Answers.Result(path.text(), "failed", "an internal error");
    };
  }

  @POST
  @Path("sign/{path:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "A URL that needs no token, for one method, one object and a time")
  @Parameter(
      name = "path",
      in = PATH,
      example = "photos/1.jpg",
      schema = @Schema(implementation = Requests.PathText.class))
  public Uni<Answers.Signed> sign(@Context RoutingContext routing, Requests.@Nullable Sign body) {
    ObjectPath path = ObjectResource.path(routing);
    Requests.Sign wanted = Given.body(body);
    String method = wanted.allowedMethod();
    Duration time = wanted.time();
    Instant end = Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS);
    return backend
        .with(store -> store.sign(path, method, time))
        .map(
            own ->
                new Answers.Signed(
                    own.orElseGet(() -> signedUrls.sign(routing.request(), method, path, end)),
                    end));
  }
}
