package dev.mikcar.common.overview;

import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.service.Services;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The first thing that somebody asks for who has just started mikcar. */
@Path("/")
@Tag(name = "overview")
@Singleton
public class OverviewResource {
  private final Services services;
  private final String version;

  OverviewResource(
      Services services, @ConfigProperty(name = "quarkus.application.version") String version) {
    this.services = services;
    this.version = version;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "What this is, which services run, and where to go on")
  public Uni<Overview> overview() {
    List<Running> running = services.backends().stream().map(Running::of).toList();
    return Uni.createFrom()
        .item(
            new Overview(
                "mikcar: storage, kv, sql, queue, secrets and email over HTTP",
                version,
                running,
                new Links("/openapi", "/health/ready", "/metrics", "docs/api.md")));
  }

  /**
   * The answer.
   *
   * @param about what this is
   * @param services those that run
   */
  public record Overview(String about, String version, List<Running> services, Links links) {}

  /**
   * A service that runs.
   *
   * @param backend the scheme of its URL
   */
  public record Running(String name, String path, String backend) {
    static Running of(ServiceBackend<?> backend) {
      return new Running(backend.service(), "/" + backend.service(), backend.scheme());
    }
  }

  /**
   * Where to go on.
   *
   * @param docs a file of the distribution; the others are paths of this process
   */
  public record Links(String openapi, String health, String metrics, String docs) {}
}
