package dev.mikcar.queue.http;

import dev.mikcar.queue.QueueBackend;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Posting;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What goes into queues and topics. The body of a message is any bytes, of any content type. */
@Path("/queue")
@Tag(name = "queue")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class SendResource {
  private final QueueBackend backend;

  SendResource(QueueBackend backend) {
    this.backend = backend;
  }

  @POST
  @Path("push/{queue:.+}")
  @Operation(summary = "Stores a message: the body, byte for byte, with its X-Message headers")
  @Parameter(name = "queue", in = ParameterIn.PATH)
  @Parameter(
      name = "delay",
      in = ParameterIn.QUERY,
      description = "seconds for which nobody gets it",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "2592000"))
  @Parameter(
      name = "Idempotency-Key",
      in = ParameterIn.HEADER,
      description = "the same within 5 minutes stores nothing, and gives the first id")
  public Uni<Answers.Pushed> push(@Context RoutingContext routing, byte @Nullable [] body) {
    Name queue = new Parameters(routing).queue();
    List<Message> messages = List.of(message(routing, body));
    Posting posting = posting(routing);
    return backend
        .with(messageQueue -> messageQueue.push(queue, messages, posting))
        .map(ids -> new Answers.Pushed("pushed", queue.text(), ids.getFirst()));
  }

  @POST
  @Path("push/batch/{queue:.+}")
  @Operation(summary = "Stores messages in their order: {\"messages\":[…]}, each of them JSON")
  @Parameter(name = "queue", in = ParameterIn.PATH)
  @Parameter(
      name = "delay",
      in = ParameterIn.QUERY,
      description = "seconds for which nobody gets them",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "2592000"))
  @Parameter(
      name = "Idempotency-Key",
      in = ParameterIn.HEADER,
      description = "the same within 5 minutes stores nothing, and gives the first ids")
  public Uni<Answers.PushedAll> pushAll(@Context RoutingContext routing, byte @Nullable [] body) {
    Name queue = new Parameters(routing).queueOfBatch();
    byte[] bytes = bytes(body);
    Map<String, String> headers = MessageHeaders.of(routing.request());
    Posting posting = posting(routing);
    return Computing.with(bytes.length, () -> MessageBatch.parse(bytes, headers))
        .chain(
            messages ->
                messages.isEmpty()
                    ? Uni.createFrom().item(List.<String>of())
                    : backend.with(messageQueue -> messageQueue.push(queue, messages, posting)))
        .map(ids -> new Answers.PushedAll("pushed", queue.text(), ids));
  }

  @POST
  @Path("publish/{topic:.+}")
  @Operation(summary = "Stores a message for every group that the topic has now")
  @Parameter(name = "topic", in = ParameterIn.PATH)
  @Parameter(
      name = "delay",
      in = ParameterIn.QUERY,
      description = "seconds for which nobody gets it",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "2592000"))
  @Parameter(
      name = "Idempotency-Key",
      in = ParameterIn.HEADER,
      description = "the same within 5 minutes stores nothing, and gives the first id")
  public Uni<Answers.PublishedTo> publish(@Context RoutingContext routing, byte @Nullable [] body) {
    Name topic = new Parameters(routing).topic();
    Message message = message(routing, body);
    Posting posting = posting(routing);
    return backend
        .with(messageQueue -> messageQueue.publish(topic, message, posting))
        .map(
            published ->
                new Answers.PublishedTo(
                    "published", topic.text(), published.id(), published.routed()));
  }

  private static Message message(RoutingContext routing, byte @Nullable [] body) {
    return new Message(bytes(body), MessageHeaders.of(routing.request()));
  }

  private static byte[] bytes(byte @Nullable [] body) {
    return Objects.requireNonNullElseGet(body, () -> new byte[0]);
  }

  private static Posting posting(RoutingContext routing) {
    return new Posting(
        new Parameters(routing).delay(), MessageHeaders.idempotencyKey(routing.request()));
  }
}
