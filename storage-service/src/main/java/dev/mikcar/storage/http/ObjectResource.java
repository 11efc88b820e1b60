package dev.mikcar.storage.http;

import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.HEADER;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.PATH;
import static org.eclipse.microprofile.openapi.annotations.enums.ParameterIn.QUERY;

import dev.mikcar.common.description.EntityTag;
import dev.mikcar.common.description.EntityTagList;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.BodyReader;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.http.StoredBytes;
import dev.mikcar.common.http.StreamedBody;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.storage.StorageBackend;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** One object at a time. Its path is the rest of the path, exactly, {@link ExactPath}. */
@Path("/storage")
@Tag(name = "storage")
@SecurityScheme(
    securitySchemeName = ObjectResource.SIGNATURE,
    description = "A signed URL, in place of the token",
    type = SecuritySchemeType.APIKEY,
    in = SecuritySchemeIn.QUERY,
    apiKeyName = "signature")
@Singleton
public class ObjectResource {
  /** What the description calls signed URLs. */
  static final String SIGNATURE = "signature";

  private static final int OPERATION = 2;

  /** How often an object may be replaced between the look at it and the reading of it. */
  private static final int ATTEMPTS = 5;

  private final StorageBackend backend;
  private final Duration patience;

  ObjectResource(StorageBackend backend, Settings settings) {
    this.backend = backend;
    this.patience = settings.requestTimeout();
  }

  static ObjectPath path(RoutingContext routing) {
    return new ObjectPath(PercentEncoding.decode("the path", ExactPath.after(routing, OPERATION)));
  }

  @GET
  @Parameter(
      name = "expires",
      in = QUERY,
      description = "of a signed URL, when its time is over; not read with a token",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "signature",
      in = QUERY,
      description = "of a signed URL",
      schema = @Schema(type = SchemaType.STRING))
  @Path("object/{path:.*}")
  @Operation(summary = "The object, or a part of it; conditions and ranges of RFC 9110")
  @Parameter(
      name = "path",
      in = PATH,
      example = "photos/1.jpg",
      schema = @Schema(implementation = Requests.PathText.class))
  @Parameter(
      name = "Range",
      in = HEADER,
      description = "bytes=a-b, a- or -n",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only an object with one of these tags",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only an object with none of these tags",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-Modified-Since",
      in = HEADER,
      description = "a date of HTTP",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "If-Unmodified-Since",
      in = HEADER,
      description = "a date of HTTP",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "If-Range",
      in = HEADER,
      description = "the range holds for this tag or date only",
      schema = @Schema(type = SchemaType.STRING))
  @APIResponse(
      responseCode = "200",
      description = "The object",
      headers =
          @Header(
              name = "ETag",
              required = true,
              schema = @Schema(implementation = EntityTag.class)),
      content =
          @Content(
              mediaType = "*/*",
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  @APIResponse(
      responseCode = "206",
      description = "The range",
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
  @APIResponse(
      responseCode = "403",
      description = "The signature of the URL is not valid, or its time is over")
  @APIResponse(responseCode = "404", description = "There is no such object")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  @APIResponse(responseCode = "416", description = "The object has no byte of the range")
  @SecurityRequirement(name = "token")
  @SecurityRequirement(name = SIGNATURE)
  public Uni<Response> get(@Context RoutingContext routing) {
    ObjectPath path = path(routing);
    Preconditions conditions = Preconditions.of(routing.request());
    return conditions.needInfo()
        ? getIf(path, conditions, ATTEMPTS)
        : backend
            .with(store -> store.get(path, conditions.range(), null))
            .map(body -> answer(body, conditions.range()));
  }

  private Uni<Response> getIf(ObjectPath path, Preconditions conditions, int attempts) {
    return backend
        .with(store -> store.head(path))
        .chain(
            info -> {
              if (conditions.isFresh(info)) {
                return Uni.createFrom().item(notModified(info));
              }
              ByteRange range = conditions.rangeFor(info);
              return backend
                  .with(store -> store.get(path, range, info.etag()))
                  .map(body -> answer(body, range))
                  .onFailure(e -> e instanceof ApiException.PreconditionFailed && attempts > 1)
                  .recoverWithUni(() -> getIf(path, conditions, attempts - 1));
            });
  }

  private static Response answer(ObjectBody body, ByteRange range) {
    ObjectInfo info = body.info();
    ByteRange.Slice slice = body.slice();
    // RFC 9110 section 15.3.7: a range that covers all is a range too. A store may have ignored it.
    boolean isPart = !(range instanceof ByteRange.All) && slice.equals(range.of(info.size()));
    Response.ResponseBuilder answer =
        describe(Response.status(isPart ? 206 : 200), info).entity(new SentBody(body, isPart));
    if (isPart) {
      long last = slice.first() + slice.length() - 1;
      answer.header("Content-Range", "bytes " + slice.first() + "-" + last + "/" + info.size());
    }
    return answer.build();
  }

  private static Response notModified(ObjectInfo info) {
    Response.ResponseBuilder answer =
        Response.notModified()
            .header("ETag", quoted(info))
            .header("Last-Modified", Preconditions.date(info.lastModified()));
    String cacheControl = info.headers().cacheControl();
    return (cacheControl == null ? answer : answer.header("Cache-Control", cacheControl)).build();
  }

  private static Response.ResponseBuilder describe(
      Response.ResponseBuilder answer, ObjectInfo info) {
    answer
        .header("ETag", quoted(info))
        .header("Last-Modified", Preconditions.date(info.lastModified()))
        .header("Accept-Ranges", "bytes");
    StoredBytes.FIELDS.forEach(answer::header);
    info.headers().fields().forEach(answer::header);
    return answer;
  }

  private static String quoted(ObjectInfo info) {
    return '"' + info.etag() + '"';
  }

  @HEAD
  @Parameter(
      name = "expires",
      in = QUERY,
      description = "of a signed URL, when its time is over; not read with a token",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "signature",
      in = QUERY,
      description = "of a signed URL",
      schema = @Schema(type = SchemaType.STRING))
  @Path("object/{path:.*}")
  @Operation(summary = "The headers of an object")
  @Parameter(
      name = "path",
      in = PATH,
      example = "photos/1.jpg",
      schema = @Schema(implementation = Requests.PathText.class))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only an object with one of these tags",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "only an object with none of these tags",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-Modified-Since",
      in = HEADER,
      description = "a date of HTTP",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "If-Unmodified-Since",
      in = HEADER,
      description = "a date of HTTP",
      schema = @Schema(type = SchemaType.STRING))
  @APIResponse(
      responseCode = "200",
      description = "The object is there",
      headers = {
        @Header(name = "ETag", required = true, schema = @Schema(implementation = EntityTag.class)),
        @Header(
            name = "X-Object-Size",
            required = true,
            schema = @Schema(type = SchemaType.INTEGER, format = "int64")),
        @Header(
            name = "X-Last-Modified",
            required = true,
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
      })
  @APIResponse(responseCode = "304", description = "The caller has it")
  @APIResponse(
      responseCode = "403",
      description = "The signature of the URL is not valid, or its time is over")
  @APIResponse(responseCode = "404", description = "There is no such object")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  @SecurityRequirement(name = "token")
  @SecurityRequirement(name = SIGNATURE)
  public Uni<Response> head(@Context RoutingContext routing) {
    ObjectPath path = path(routing);
    Preconditions conditions = Preconditions.of(routing.request());
    Sending.dropMark(routing.response());
    return backend
        .with(store -> store.head(path))
        .map(
            info ->
                conditions.isFresh(info)
                    ? notModified(info)
                    // With an entity, which is not written, the content type stays.
                    : describe(Response.ok(new byte[0]), info)
                        .header(HttpHeaders.CONTENT_LENGTH, info.size())
                        .header("X-Object-Size", info.size())
                        .header("X-Last-Modified", info.lastModified())
                        .build());
  }

  @PUT
  @Parameter(
      name = "expires",
      in = QUERY,
      description = "of a signed URL, when its time is over; not read with a token",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "signature",
      in = QUERY,
      description = "of a signed URL",
      schema = @Schema(type = SchemaType.STRING))
  @Path("object/{path:.*}")
  @StreamedBody
  @Operation(summary = "Writes an object: the body, byte for byte, whatever its content type")
  @Parameter(
      name = "path",
      in = PATH,
      example = "photos/1.jpg",
      schema = @Schema(implementation = Requests.PathText.class))
  @Parameter(
      name = "Content-MD5",
      in = HEADER,
      description = "base64; another body is refused",
      example = "XUFAKrxLKna5cZ2REBfFkg==",
      schema = @Schema(type = SchemaType.STRING, pattern = "^[A-Za-z0-9+/]{21}[AQgw]==$"))
  @Parameter(
      name = "X-Checksum-SHA256",
      in = HEADER,
      description = "hex or base64; another body is refused",
      example = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
      schema =
          @Schema(
              type = SchemaType.STRING,
              pattern = "^([0-9A-Fa-f]{64}|[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$"))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only in place of an object with one of these tags",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "*: only where there is no object",
      schema = @Schema(implementation = EntityTagList.class))
  @org.eclipse.microprofile.openapi.annotations.parameters.RequestBody(
      description = "The object",
      content =
          @Content(
              mediaType = "*/*",
              schema = @Schema(type = SchemaType.STRING, format = "binary"),
              examples = @ExampleObject(name = "text", value = "hello")))
  @APIResponse(
      responseCode = "201",
      description = "It is written",
      headers =
          @Header(
              name = "ETag",
              required = true,
              schema = @Schema(implementation = EntityTag.class)),
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Answers.Created.class)))
  @APIResponse(
      responseCode = "403",
      description = "The signature of the URL is not valid, or its time is over")
  @APIResponse(responseCode = "408", description = "The body stopped coming")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  @SecurityRequirement(name = "token")
  @SecurityRequirement(name = SIGNATURE)
  public Uni<Response> put(@Context RoutingContext routing) {
    Uni<Response> received =
        Uni.createFrom()
            .deferred(() -> receive(routing))
            .onFailure()
            .invoke(() -> BodyReader.refuseRest(routing));
    // A caller that goes away breaks the body off, which ends the work: no need to cancel it, too,
    // and then to be told of a failure that nobody waits for.
    return Uni.createFrom()
        .emitter(
            answer -> {
              var _ = received.subscribe().with(answer::complete, answer::fail);
            });
  }

  private Uni<Response> receive(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    ObjectPath path = path(routing);
    Checksums checksums = Checksums.of(request);
    Condition condition = Preconditions.forWriting(request);
    long limit = backend.maxObjectSize();
    long length = BodyReader.declaredLength(request);
    if (length > limit) {
      throw new ApiException.PayloadTooLarge(limit);
    }
    RequestDeadline.lift(routing);
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      routing.response().writeContinue();
    }
    Upload upload =
        new Upload(
            HeaderFields.of(request, path),
            length,
            condition,
            new CheckedBody(new RequestBody(request, routing.vertx(), patience), limit, checksums));
    return backend
        .with(store -> store.put(path, upload))
        .map(
            info ->
                Response.status(Response.Status.CREATED)
                    .entity(new Answers.Created("created", path.text(), info.size(), quoted(info)))
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .header("ETag", quoted(info))
                    .build());
  }

  @DELETE
  @Path("object/{path:.*}")
  @Operation(summary = "Deletes an object")
  @Parameter(
      name = "path",
      in = PATH,
      example = "photos/1.jpg",
      schema = @Schema(implementation = Requests.PathText.class))
  @Parameter(
      name = "If-Match",
      in = HEADER,
      description = "only in place of an object with one of these tags",
      schema = @Schema(implementation = EntityTagList.class))
  @Parameter(
      name = "If-None-Match",
      in = HEADER,
      description = "*: only where there is no object",
      schema = @Schema(implementation = EntityTagList.class))
  @APIResponseSchema(value = Answers.Done.class, responseCode = "200")
  @APIResponse(responseCode = "404", description = "There is no such object")
  @APIResponse(responseCode = "412", description = "A condition is not met; nothing was changed")
  public Uni<Answers.Done> delete(@Context RoutingContext routing) {
    ObjectPath path = path(routing);
    Condition condition = Preconditions.forWriting(routing.request());
    return backend
        .with(store -> store.delete(path, condition))
        .map(ignored -> new Answers.Done("deleted", path.text()));
  }
}
