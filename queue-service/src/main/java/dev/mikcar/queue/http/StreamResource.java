package dev.mikcar.queue.http;

import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.queue.QueueBackend;
import dev.mikcar.queue.http.Rendering.Shown;
import dev.mikcar.queue.http.Windows.Window;
import dev.mikcar.queue.message.Delivery;
import dev.mikcar.queue.message.MessageQueue;
import dev.mikcar.queue.message.Reception;
import dev.mikcar.queue.message.Source;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** A topic as Server-Sent Events, each under a lease whose id is the id of the event. */
@Path("/queue")
@Tag(name = "queue")
@Singleton
public class StreamResource {
  /** How long a stream is silent at most: proxies cut connections that are idle for longer. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private static final Duration USUAL_LEASE = Duration.ofSeconds(30);
  private static final int USUAL = 10;

  private final QueueBackend backend;
  private final Consumers consumers;
  private final Windows windows;
  private final MemoryBudget budget;

  StreamResource(QueueBackend backend, Consumers consumers, Windows windows, MemoryBudget budget) {
    this.budget = budget;
    this.backend = backend;
    this.consumers = consumers;
    this.windows = windows;
  }

  @GET
  @Path("stream/{topic:.+}")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(summary = "What a group has still to see of a topic, as Server-Sent Events")
  @Parameter(name = "topic", in = ParameterIn.PATH)
  @Parameter(
      name = "group",
      in = ParameterIn.QUERY,
      description = "the group, which is made when it is not there",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "default"))
  @Parameter(
      name = "max_messages",
      in = ParameterIn.QUERY,
      description = "the most messages that may be unacknowledged at a time",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "10"))
  @Parameter(
      name = "lease",
      in = ParameterIn.QUERY,
      description = "seconds in which each has to be acknowledged",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "43200", defaultValue = "30"))
  public Multi<OutboundSseEvent> stream(@Context RoutingContext routing, @Context Sse sse) {
    DeliverResource.requireGet(routing);
    Parameters parameters = new Parameters(routing);
    Source.Group group = parameters.group(parameters.topic());
    Duration lease = parameters.leaseTime().orElse(USUAL_LEASE);
    Window window = windows.open(parameters.most("max_messages", USUAL));
    RequestDeadline.lift(routing);
    Stream stream = new Stream(group, lease, window, consumers.ended(routing), sse, budget);
    return backend
        .with(queue -> queue.createGroup(group).replaceWith(queue))
        .onItem()
        .transformToMulti(stream::events)
        .onTermination()
        .invoke(stream::close);
  }

  /** One consumer. */
  private static final class Stream implements AutoCloseable {
    private final Source.Group group;
    private final Duration lease;
    private final Window window;
    private final CompletableFuture<Void> ended;
    private final Sse sse;
    private final MemoryBudget budget;
    private MemoryBudget.@Nullable Share memory;
    private boolean closed;

    Stream(
        Source.Group group,
        Duration lease,
        Window window,
        CompletableFuture<Void> ended,
        Sse sse,
        MemoryBudget budget) {
      this.group = group;
      this.lease = lease;
      this.window = window;
      this.ended = ended;
      this.sse = sse;
      this.budget = budget;
    }

    Multi<OutboundSseEvent> events(MessageQueue queue) {
      Multi<OutboundSseEvent> messages =
          Multi.createBy()
              .repeating()
              .uni(() -> next(queue))
              .whilst(_ -> !ended.isDone())
              .onItem()
              .<OutboundSseEvent>transformToIterable(
                  deliveries ->
                      deliveries.isEmpty()
                          ? List.of(comment("still there"))
                          : deliveries.stream().map(this::event).toList());
      return Multi.createBy()
          .concatenating()
          .streams(Multi.createFrom().item(comment("subscribed")), messages);
    }

    /** Never more than the consumer may have, and only what it is ready to read now. */
    private Uni<List<Delivery>> next(MessageQueue queue) {
      hold(null); // What was asked for before has been written.
      int room = window.room();
      if (room == 0) {
        return window.awaitRoom(HEARTBEAT).replaceWith(List.of());
      }
      return queue
          .receive(
              group,
              new Reception(room, Reception.ENOUGH_BYTES, lease, HEARTBEAT, ended, this::admit))
          .invoke(
              deliveries -> window.lent(deliveries.stream().map(Delivery::lease).toList(), lease));
    }

    private CompletionStage<Boolean> admit(long bytes) {
      return budget
          .request(Handover.COPIES * bytes)
          .thenApply(
              share -> {
                hold(share);
                return true;
              });
    }

    private synchronized void hold(MemoryBudget.@Nullable Share share) {
      if (memory != null) {
        memory.close();
      }
      memory = share;
      if (closed && share != null) {
        share.close();
      }
    }

    @Override
    public synchronized void close() {
      closed = true;
      ended.complete(null);
      hold(null);
      window.close();
    }

    private OutboundSseEvent event(Delivery delivery) {
      return sse.newEventBuilder()
          .id(delivery.lease())
          .data(String.class, Rendering.line(new Shown(delivery.lease(), delivery.stored())))
          .build();
    }

    private OutboundSseEvent comment(String text) {
      return sse.newEventBuilder().comment(text).build();
    }
  }
}
