package dev.mikcar.secrets.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.Given;
import dev.mikcar.secrets.SecretsBackend;
import dev.mikcar.secrets.store.CachedSecret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretValue;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** One secret at a time. Its name is the rest of the path. */
@Path("/secrets")
@Tag(name = "secrets")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class SecretsResource {
  private final SecretsBackend backend;

  SecretsResource(SecretsBackend backend) {
    this.backend = backend;
  }

  @GET
  @Path("secret/{name:.*}")
  @Operation(summary = "A secret with its value; X-Cache and Age say how old it is")
  @Parameter(
      name = "name",
      in = ParameterIn.PATH,
      example = "db/password",
      schema = @Schema(implementation = Requests.NameText.class))
  @Parameter(
      name = "version",
      in = ParameterIn.QUERY,
      description = "one that the store gave, current or previous; AWSCURRENT, AWSPREVIOUS",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "refresh",
      in = ParameterIn.QUERY,
      description = "true: ask the store, whatever is kept",
      schema =
          @Schema(
              type = SchemaType.STRING,
              enumeration = {"", "true", "1", "false", "0"}))
  @APIResponse(
      responseCode = "200",
      description = "The secret",
      headers = {
        @Header(
            name = "X-Cache",
            required = true,
            description = "where it is from",
            schema =
                @Schema(
                    type = SchemaType.STRING,
                    enumeration = {"HIT", "MISS", "STALE"})),
        @Header(
            name = "Age",
            required = true,
            description = "how many seconds ago the store gave it",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "0"))
      },
      content = @Content(schema = @Schema(implementation = Answers.Value.class)))
  @APIResponse(responseCode = "404", description = "There is no such secret, or no such version")
  @APIResponse(
      responseCode = "409",
      description = "SECRET_TOO_LARGE: the file of the secret is larger than is read")
  public Uni<Response> get(@Context RoutingContext routing) {
    Reading reading = Reading.of(routing);
    return Audit.of(routing, "get", reading.name().text())
        .of(backend.with(reading::in), found -> found.source().name())
        .map(SecretsResource::answer);
  }

  private static Response answer(CachedSecret found) {
    return Response.ok(Answers.Value.of(found.secret()))
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header("X-Cache", found.source().name())
        .header("Age", found.age().toSeconds())
        .build();
  }

  @POST
  @Path("secret/{name:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Makes a secret; 409 when there is one of this name")
  @Parameter(
      name = "name",
      in = ParameterIn.PATH,
      example = "db/password",
      schema = @Schema(implementation = Requests.NameText.class))
  @APIResponse(
      responseCode = "201",
      description = "It is made",
      content = @Content(schema = @Schema(implementation = Answers.Written.class)))
  @APIResponse(responseCode = "405", description = "Others write the store: it is read only here")
  @APIResponse(responseCode = "409", description = "There is a secret of this name already")
  public Uni<Response> create(@Context RoutingContext routing, Requests.@Nullable Write body) {
    SecretName name = Reading.name(routing);
    Requests.Write write = Given.body(body);
    SecretValue value = write.given();
    Map<String, String> labels = write.labelled().orElse(Map.of());
    return Audit.of(routing, "create", name.text())
        .of(backend.with(secrets -> secrets.create(name, value, labels)))
        .map(version -> new Answers.Written("created", name.text(), version))
        .map(answer -> Response.status(Response.Status.CREATED).entity(answer).build());
  }

  @PUT
  @Path("secret/{name:.*}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Writes a new version of a secret; 404 when there is none of this name")
  @Parameter(
      name = "name",
      in = ParameterIn.PATH,
      example = "db/password",
      schema = @Schema(implementation = Requests.NameText.class))
  @Parameter(
      name = "cas",
      in = ParameterIn.QUERY,
      description = "only when this version is current, else 412",
      schema = @Schema(type = SchemaType.STRING, minLength = 1))
  @APIResponseSchema(value = Answers.Written.class, responseCode = "200")
  @APIResponse(responseCode = "404", description = "There is no such secret, or no such version")
  @APIResponse(responseCode = "405", description = "Others write the store: it is read only here")
  @APIResponse(
      responseCode = "412",
      description = "Another version is current; nothing was changed")
  public Uni<Answers.Written> update(
      @Context RoutingContext routing, Requests.@Nullable Write body) {
    SecretName name = Reading.name(routing);
    Requests.Write write = Given.body(body);
    SecretValue value = write.given();
    @Nullable Map<String, String> labels = write.labelled().orElse(null);
    @Nullable String cas = routing.queryParams().get("cas");
    if (cas != null && cas.isEmpty()) {
      throw new ApiException.BadRequest("cas is empty");
    }
    return Audit.of(routing, "update", name.text())
        .of(backend.with(secrets -> secrets.update(name, value, labels, cas)))
        .map(version -> new Answers.Written("updated", name.text(), version));
  }

  @DELETE
  @Path("secret/{name:.*}")
  @Operation(summary = "Deletes a secret with all its versions")
  @Parameter(
      name = "name",
      in = ParameterIn.PATH,
      example = "db/password",
      schema = @Schema(implementation = Requests.NameText.class))
  @APIResponseSchema(value = Answers.Written.class, responseCode = "200")
  @APIResponse(responseCode = "404", description = "There is no such secret, or no such version")
  @APIResponse(responseCode = "405", description = "Others write the store: it is read only here")
  public Uni<Answers.Written> delete(@Context RoutingContext routing) {
    SecretName name = Reading.name(routing);
    return Audit.of(routing, "delete", name.text())
        .of(backend.with(secrets -> secrets.delete(name)))
        .map(ignored -> new Answers.Written("deleted", name.text(), null));
  }

  @GET
  @Path("versions/{name:.*}")
  @Operation(summary = "The versions of a secret, newest first, without their values")
  @Parameter(
      name = "name",
      in = ParameterIn.PATH,
      example = "db/password",
      schema = @Schema(implementation = Requests.NameText.class))
  @APIResponseSchema(value = Answers.Versions.class, responseCode = "200")
  @APIResponse(responseCode = "404", description = "There is no such secret, or no such version")
  @APIResponse(
      responseCode = "409",
      description = "SECRET_TOO_LARGE: the file of the secret is larger than is read")
  public Uni<Answers.Versions> versions(@Context RoutingContext routing) {
    SecretName name = Reading.name(routing);
    return Audit.of(routing, "versions", name.text())
        .of(backend.with(secrets -> secrets.versions(name)))
        .map(versions -> Answers.Versions.of(name.text(), versions));
  }

  @GET
  @Path("exists/{name:.*}")
  @Operation(summary = "Whether there is such a secret")
  @Parameter(
      name = "name",
      in = ParameterIn.PATH,
      example = "db/password",
      schema = @Schema(implementation = Requests.NameText.class))
  @APIResponseSchema(value = Answers.Existence.class, responseCode = "200")
  @APIResponse(
      responseCode = "409",
      description = "SECRET_TOO_LARGE: the file of the secret is larger than is read")
  public Uni<Answers.Existence> exists(@Context RoutingContext routing) {
    SecretName name = Reading.name(routing);
    return Audit.of(routing, "exists", name.text())
        .of(backend.with(secrets -> secrets.exists(name)))
        .map(exists -> new Answers.Existence(exists, name.text()));
  }
}
