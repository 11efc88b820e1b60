package dev.mikcar.queue.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.QueueBackend;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How a lease ends, or does not end yet. Served until the process ends. */
@Path("/queue")
@Tag(name = "queue")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class SettleResource {
  private static final Duration USUAL_LEASE = Duration.ofSeconds(30);

  private final QueueBackend backend;
  private final Windows windows;

  SettleResource(QueueBackend backend, Windows windows) {
    this.backend = backend;
    this.windows = windows;
  }

  @POST
  @Path("ack/{queue}/{id}")
  @Operation(summary = "Acknowledges a message, which is gone then; 404 when its lease is over")
  @Parameter(name = "queue", in = ParameterIn.PATH, description = "the queue or the topic")
  @Parameter(name = "id", in = ParameterIn.PATH, description = "as the delivery gave it")
  public Uni<Answers.Settled> ack(@Context RoutingContext routing) {
    Parameters.Lease lease = new Parameters(routing).lease();
    return backend
        .with(queue -> queue.ack(lease.name(), lease.id()))
        .map(found -> ended(found, "acknowledged", lease));
  }

  @POST
  @Path("nack/{queue}/{id}")
  @Operation(summary = "Gives a message back, now or to be delivered later")
  @Parameter(name = "queue", in = ParameterIn.PATH, description = "the queue or the topic")
  @Parameter(name = "id", in = ParameterIn.PATH, description = "as the delivery gave it")
  @Parameter(
      name = "delay",
      in = ParameterIn.QUERY,
      description = "seconds for which nobody gets it",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "2592000"))
  public Uni<Answers.Settled> nack(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    Parameters.Lease lease = parameters.lease();
    Duration delay = parameters.delay();
    return backend
        .with(queue -> queue.nack(lease.name(), lease.id(), delay))
        .map(found -> ended(found, "returned", lease));
  }

  @POST
  @Path("extend/{queue}/{id}")
  @Operation(summary = "Has a lease end so long from now")
  @Parameter(name = "queue", in = ParameterIn.PATH, description = "the queue or the topic")
  @Parameter(name = "id", in = ParameterIn.PATH, description = "as the delivery gave it")
  @Parameter(
      name = "lease",
      in = ParameterIn.QUERY,
      description = "seconds from now",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "43200", defaultValue = "30"))
  public Uni<Answers.Settled> extend(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    Parameters.Lease lease = parameters.lease();
    Duration time = parameters.leaseTime().orElse(USUAL_LEASE);
    return backend
        .with(queue -> queue.extend(lease.name(), lease.id(), time))
        .map(
            found -> {
              Answers.Settled answer = answer(found, "extended", lease);
              windows.extended(lease.id(), time);
              return answer;
            });
  }

  private Answers.Settled ended(boolean found, String status, Parameters.Lease lease) {
    Answers.Settled answer = answer(found, status, lease);
    windows.settled(lease.id());
    return answer;
  }

  private static Answers.Settled answer(boolean found, String status, Parameters.Lease lease) {
    if (!found) {
      throw new ApiException.NotFound("there is no such lease, or it is over");
    }
    return new Answers.Settled(status, lease.name().text(), lease.id());
  }
}
