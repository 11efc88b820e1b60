package dev.mikcar.common.health;

import dev.mikcar.common.http.Draining;
import dev.mikcar.common.settings.Settings;
import io.quarkus.arc.All;
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
  private final List<BackendCheck> checks;

  HealthResource(@All List<BackendCheck> checks, Settings settings, Draining draining) {
    this.checks = checks.stream().filter(c -> settings.services().contains(c.service())).toList();
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
    if (checks.isEmpty()) {
      return Uni.createFrom().item(answer(List.of()));
    }
    return Uni.join()
        .all(checks.stream().map(HealthResource::run).toList())
        .andFailFast()
        .map(this::answer);
  }

  private static Uni<BackendCheck.Result> run(BackendCheck check) {
    return check
        .ping()
        .map(ignored -> BackendCheck.Result.up(check.service(), check.scheme()))
        .onFailure()
        .recoverWithItem(
            e ->
                BackendCheck.Result.down(
                    check.service(), check.scheme(), String.valueOf(e.getMessage())))
        .ifNoItem()
        .after(PATIENCE)
        .recoverWithItem(
            () ->
                BackendCheck.Result.down(
                    check.service(), "unknown", "no answer within " + PATIENCE.toSeconds() + " s"));
  }

  private RestResponse<Readiness> answer(List<BackendCheck.Result> results) {
    boolean up =
        !draining.hasBegun()
            && results.stream().allMatch(r -> r.status() == BackendCheck.Status.UP);
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
  public record Readiness(String status, List<BackendCheck.Result> checks) {}
}
