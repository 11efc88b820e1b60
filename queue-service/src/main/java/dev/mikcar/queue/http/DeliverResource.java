package dev.mikcar.queue.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.queue.QueueBackend;
import dev.mikcar.queue.http.Rendering.Shown;
import dev.mikcar.queue.message.Delivery;
import dev.mikcar.queue.message.MessageQueue;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Reception;
import dev.mikcar.queue.message.Source;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What comes out of queues and topics, at once or as soon as there is something. */
@Path("/queue")
@Tag(name = "queue")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class DeliverResource {
  private static final int USUAL = 10;
  private static final Duration USUAL_LEASE = Duration.ofSeconds(30);

  /** What is acknowledged by being answered is leased for longer than an answer may take. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final QueueBackend backend;
  private final Consumers consumers;
  private final MemoryBudget budget;
  private final Duration patience;

  DeliverResource(
      QueueBackend backend, Consumers consumers, MemoryBudget budget, Settings settings) {
    this.budget = budget;
    this.backend = backend;
    this.consumers = consumers;
    this.patience = settings.requestTimeout();
  }

  @GET
  @Path("pop/{queue:.+}")
  @Operation(summary = "The oldest message, waited for; null when there is none in time")
  @Parameter(name = "queue", in = ParameterIn.PATH)
  @Parameter(
      name = "timeout",
      in = ParameterIn.QUERY,
      description = "seconds to wait; 0: not at all",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "3600", defaultValue = "30"))
  @Parameter(
      name = "lease",
      in = ParameterIn.QUERY,
      description = "seconds in which it has to be acknowledged; without it, it is by the answer",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "43200"))
  public Uni<Response> pop(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    Name queue = parameters.queue();
    return deliver(
        routing,
        new Wanted(new Source.Queue(queue), 1, parameters.timeout(), parameters.leaseTime()),
        shown -> Rendering.one(shown.stream().findFirst(), "queue", queue.text()));
  }

  @GET
  @Path("pop/batch/{queue:.+}")
  @Operation(summary = "The oldest messages, as soon as there is one")
  @Parameter(name = "queue", in = ParameterIn.PATH)
  @Parameter(
      name = "max",
      in = ParameterIn.QUERY,
      description = "the most messages",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "10"))
  @Parameter(
      name = "timeout",
      in = ParameterIn.QUERY,
      description = "seconds to wait; 0: not at all",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "3600", defaultValue = "30"))
  @Parameter(
      name = "lease",
      in = ParameterIn.QUERY,
      description = "seconds in which they have to be acknowledged",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "43200"))
  public Uni<Response> popAll(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    Name queue = parameters.queueOfBatch();
    return deliver(
        routing,
        new Wanted(
            new Source.Queue(queue),
            parameters.most("max", USUAL),
            parameters.timeout(),
            parameters.leaseTime()),
        shown -> Rendering.many(shown, "queue", queue.text()));
  }

  @GET
  @Path("subscribe/{topic:.+}")
  @Operation(summary = "What a group has still to see of a topic, under a lease")
  @Parameter(name = "topic", in = ParameterIn.PATH)
  @Parameter(
      name = "group",
      in = ParameterIn.QUERY,
      description = "the group, which is made when it is not there",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "default"))
  @Parameter(
      name = "max_messages",
      in = ParameterIn.QUERY,
      description = "the most messages",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "10"))
  @Parameter(
      name = "timeout",
      in = ParameterIn.QUERY,
      description = "seconds to wait; 0: not at all",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "3600", defaultValue = "30"))
  @Parameter(
      name = "lease",
      in = ParameterIn.QUERY,
      description = "seconds in which they have to be acknowledged",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "43200", defaultValue = "30"))
  public Uni<Response> subscribe(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    Name topic = parameters.topic();
    return deliver(
        routing,
        new Wanted(
            parameters.group(topic),
            parameters.most("max_messages", USUAL),
            parameters.timeout(),
            Optional.of(parameters.leaseTime().orElse(USUAL_LEASE))),
        shown -> Rendering.many(shown, "topic", topic.text()));
  }

  /**
   * What a request asks for.
   *
   * @param lease empty when the answer acknowledges
   */
  private record Wanted(Source source, int most, Duration timeout, Optional<Duration> lease) {}

  private Uni<Response> deliver(
      RoutingContext routing, Wanted wanted, Function<List<Shown>, byte[]> rendering) {
    requireGet(routing);
    RequestDeadline.lift(routing);
    Handover handover = Handover.of(routing, wanted.lease().isEmpty(), patience, budget);
    Reception reception =
        new Reception(
            wanted.most(),
            Reception.ENOUGH_BYTES,
            wanted.lease().orElse(patience.plus(MARGIN)),
            wanted.timeout(),
            consumers.ended(routing),
            handover::admit);
    return backend
        .with(queue -> receive(queue, wanted, reception, handover, rendering))
        .map(json -> Response.ok(json).build());
  }

  private static Uni<byte[]> receive(
      MessageQueue queue,
      Wanted wanted,
      Reception reception,
      Handover handover,
      Function<List<Shown>, byte[]> rendering) {
    return queue
        .receive(wanted.source(), reception)
        .chain(
            deliveries -> {
              handover.begin(queue, wanted.source().name(), deliveries);
              long bytes = deliveries.stream().mapToLong(d -> d.stored().message().size()).sum();
              return Computing.with(bytes, () -> rendering.apply(shown(wanted, deliveries)))
                  .onFailure()
                  .invoke(handover::fail);
            });
  }

  private static List<Shown> shown(Wanted wanted, List<Delivery> deliveries) {
    return deliveries.stream()
        .map(
            delivery ->
                new Shown(
                    wanted.lease().isPresent() ? delivery.lease() : delivery.stored().id(),
                    delivery.stored()))
        .toList();
  }

  /** Jakarta REST answers HEAD by GET, which would take a message and show it to nobody. */
  static void requireGet(RoutingContext routing) {
    if (!HttpMethod.GET.equals(routing.request().method())) {
      throw new ApiException.HttpStatus(
          405,
          "METHOD_NOT_ALLOWED",
          "this route does not take this method",
          Map.of("Allow", "GET"));
    }
  }
}
