package dev.mikcar.common.description;

import dev.mikcar.common.error.ApiException;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Gives the OpenAPI document out, in JSON unless YAML is asked for. */
@Path("/")
@Tag(name = "overview")
@Blocking
@Singleton
public class DescriptionResource {
  /** RFC 9512. */
  private static final String YAML = "application/yaml";

  private static final MediaType YAML_TYPE = MediaType.valueOf(YAML);

  private final Description description;

  DescriptionResource(Description description) {
    this.description = description;
  }

  /** In the form that {@code format} says, else {@code Accept}. */
  @GET
  @Path("openapi")
  @Produces({MediaType.APPLICATION_JSON, YAML})
  @Operation(summary = "This document: the routes of the services that run")
  @APIResponse(
      responseCode = "200",
      description = "OpenAPI 3.1",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(type = SchemaType.OBJECT)),
        @Content(mediaType = YAML, schema = @Schema(type = SchemaType.OBJECT))
      })
  public Response openapi(
      @Context HttpHeaders headers,
      @Parameter(
              description = "wins over Accept",
              schema =
                  @Schema(
                      type = SchemaType.STRING,
                      enumeration = {"json", "yaml", "JSON", "YAML"}))
          @QueryParam("format")
          @Nullable String format) {
    return isYaml(headers, format)
        ? Response.ok(description.yaml(), YAML_TYPE).build()
        : Response.ok(description.json(), MediaType.APPLICATION_JSON_TYPE).build();
  }

  private static boolean isYaml(HttpHeaders headers, @Nullable String format) {
    if (format == null) {
      for (MediaType accepted : headers.getAcceptableMediaTypes()) {
        if (accepted.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
          return false;
        }
        if (accepted.isCompatible(YAML_TYPE)) {
          return true;
        }
      }
      return false;
    }
    return switch (format.toLowerCase(Locale.ROOT)) {
      case "json" -> false;
      case "yaml" -> true;
      default -> throw new ApiException.BadRequest("format must be json or yaml");
    };
  }

  /** In JSON. */
  @GET
  @Path("openapi.json")
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "This document in JSON")
  @APIResponse(
      responseCode = "200",
      description = "OpenAPI 3.1",
      content = @Content(schema = @Schema(type = SchemaType.OBJECT)))
  public byte[] json() {
    return description.json();
  }

  /** In YAML. */
  @GET
  @Path("openapi.yaml")
  @Produces(YAML)
  @Operation(summary = "This document in YAML")
  @APIResponse(
      responseCode = "200",
      description = "OpenAPI 3.1",
      content = @Content(schema = @Schema(type = SchemaType.OBJECT)))
  public byte[] yaml() {
    return description.yaml();
  }
}
