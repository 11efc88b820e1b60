package dev.mikcar.secrets.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.Given;
import dev.mikcar.secrets.SecretsBackend;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.Secrets;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Multi;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Many secrets at a time: a batch, and listings. */
@Path("/secrets")
@Tag(name = "secrets")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class FindingResource {
  /** Reads of a batch at once. */
  private static final int AT_ONCE = 16;

  private final SecretsBackend backend;

  FindingResource(SecretsBackend backend) {
    this.backend = backend;
  }

  @POST
  @Path("get/batch")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Many secrets with their values, null for those that are not there")
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
      description = "The secrets",
      content =
          @Content(
              schema =
                  @Schema(type = SchemaType.OBJECT, additionalProperties = Answers.Found.class)))
  @APIResponse(
      responseCode = "409",
      description = "SECRET_TOO_LARGE: the file of the secret is larger than is read")
  public Uni<Map<String, Answers.@Nullable Value>> get(
      @Context RoutingContext routing, Requests.@Nullable Names body) {
    List<SecretName> names = Given.body(body).parsed();
    boolean refresh = Reading.refresh(routing);
    return backend.with(secrets -> all(routing, secrets, names, refresh));
  }

  private static Uni<Map<String, Answers.@Nullable Value>> all(
      RoutingContext routing, Secrets secrets, List<SecretName> names, boolean refresh) {
    return Multi.createFrom()
        .iterable(names)
        .onItem()
        .transformToUni(
            name ->
                one(Audit.of(routing, "get", name.text()), secrets, name, refresh)
                    .map(value -> Map.entry(name, value)))
        .merge(AT_ONCE)
        .collect()
        .asMap(Map.Entry::getKey, Map.Entry::getValue)
        .map(
            found -> {
              Map<String, Answers.@Nullable Value> inOrder = new LinkedHashMap<>();
              for (SecretName name : names) {
                inOrder.put(name.text(), found.getOrDefault(name, Optional.empty()).orElse(null));
              }
              return inOrder;
            });
  }

  private static Uni<Optional<Answers.Value>> one(
      Audit audit, Secrets secrets, SecretName name, boolean refresh) {
    return audit
        .of(secrets.get(name, new WantedVersion.Current(), refresh), found -> found.source().name())
        .map(found -> Optional.of(Answers.Value.of(found.secret())))
        .onFailure(ApiException.NotFound.class)
        .recoverWithItem(Optional.empty());
  }

  @GET
  @Path("list")
  @Operation(summary = "All secrets, without their values, sorted by name")
  @APIResponseSchema(value = Answers.Listing.class, responseCode = "200")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE: there are too many")
  public Uni<Answers.Listing> list(@Context RoutingContext routing) {
    return listBelow(routing);
  }

  @GET
  @Path("list/{prefix:.*}")
  @Operation(summary = "The secrets whose name begins so, without their values, sorted by name")
  @Parameter(
      name = "prefix",
      in = ParameterIn.PATH,
      example = "db/",
      schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = 512))
  @APIResponseSchema(value = Answers.Listing.class, responseCode = "200")
  @APIResponse(responseCode = "413", description = "RESULT_TOO_LARGE: there are too many")
  public Uni<Answers.Listing> listBelow(@Context RoutingContext routing) {
    String prefix = SecretName.prefix(Reading.rest(routing, "the prefix"));
    return Audit.of(routing, "list", prefix)
        .of(backend.with(secrets -> secrets.list(prefix)))
        .map(secrets -> Answers.Listing.of(prefix, secrets));
  }
}
