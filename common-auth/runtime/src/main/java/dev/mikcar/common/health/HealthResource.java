package dev.mikcar.common.health;

import dev.mikcar.common.http.Draining;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.service.Services;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** Health for people and probes; no token needed. */
@Path("/health")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "health")
@Singleton
public class HealthResource {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Draining draining;
  private final Services services;

  HealthResource(Services services, Draining draining) {
    this.services = services;
    this.draining = draining;
  }

  /** Answers while the process lives. */
  @GET
  @Operation(summary = "Whether the process lives")
  public Uni<Map<String, String>> health() {
    return Uni.createFrom().item(Map.of("status", "healthy"));
  }

  /** The same, under the name that probes use. */
  @GET
  @Path("live")
  @Operation(summary = "Liveness, for probes")
  public Uni<Map<String, String>> live() {
    return health();
  }

  /** 503 when a backend cannot do its work, or the process is ending. */
  @GET
  @Path("ready")
  @Operation(summary = "Readiness: 503 when a backend cannot do its work")
  public Uni<RestResponse<Readiness>> ready() {
    List<ServiceBackend<?>> backends = services.backends();
    if (backends.isEmpty()) {
      return Uni.createFrom().item(answer(List.of()));
    }
    return Uni.join()
        .all(backends.stream().map(HealthResource::run).toList())
        .andFailFast()
        .map(this::answer);
  }

  private static Uni<Check> run(ServiceBackend<?> backend) {
    return backend
        .ping()
        .map(ignored -> Check.up(backend.service(), backend.scheme()))
        .onFailure()
        .recoverWithItem(
            e -> Check.down(backend.service(), backend.scheme(), String.valueOf(e.getMessage())))
        .ifNoItem()
        .after(PATIENCE)
        .recoverWithItem(
            () ->
                Check.down(
                    backend.service(),
                    backend.scheme(),
                    "no answer within " + PATIENCE.toSeconds() + " s"));
  }

  private RestResponse<Readiness> answer(List<Check> results) {
    boolean up =
        !draining.hasBegun() && results.stream().allMatch(r -> r.status() == Check.Status.UP);
    return RestResponse.status(
        up ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE,
        new Readiness(up ? "healthy" : "unhealthy", results));
  }

  /**
   * The answer of {@code /health/ready}.
   *
   * @param status {@code healthy} or {@code unhealthy}
   * @param checks one for each service that runs
   */
  public record Readiness(String status, List<Check> checks) {}
}
