package dev.mikcar.queue.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.QueueBackend;
import dev.mikcar.queue.http.Rendering.Shown;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Source;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What operators ask of queues, and the groups of topics. */
@Path("/queue")
@Tag(name = "queue")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class ManageResource {
  private static final int USUAL = 10;

  private final QueueBackend backend;

  ManageResource(QueueBackend backend) {
    this.backend = backend;
  }

  @GET
  @Path("len/{queue:.+}")
  @Operation(summary = "How many messages are ready, leased and delayed")
  @Parameter(name = "queue", in = ParameterIn.PATH, description = "the queue or the topic")
  @Parameter(
      name = "group",
      in = ParameterIn.QUERY,
      description = "of this group of the topic",
      schema = @Schema(type = SchemaType.STRING))
  public Uni<Answers.Length> length(@Context RoutingContext routing) {
    Source source = new Parameters(routing).source();
    return backend
        .with(queue -> queue.count(source))
        .map(
            counts ->
                new Answers.Length(
                    source.name().text(), counts.ready(), counts.leased(), counts.delayed()));
  }

  @GET
  @Path("peek/{queue:.+}")
  @Operation(summary = "The messages that come next, which stay where they are")
  @Parameter(name = "queue", in = ParameterIn.PATH, description = "the queue or the topic")
  @Parameter(
      name = "group",
      in = ParameterIn.QUERY,
      description = "of this group of the topic",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "max",
      in = ParameterIn.QUERY,
      description = "the most messages",
      schema =
          @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "10"))
  public Uni<Response> peek(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    Source source = parameters.source();
    int most = parameters.most("max", USUAL);
    return backend
        .with(queue -> queue.peek(source, most))
        .chain(
            messages -> {
              List<Shown> shown =
                  messages.stream().map(stored -> new Shown(stored.id(), stored)).toList();
              long bytes = messages.stream().mapToLong(stored -> stored.message().size()).sum();
              return Computing.with(
                  bytes, () -> Rendering.many(shown, "queue", source.name().text()));
            })
        .map(json -> Response.ok(json).build());
  }

  @POST
  @Path("purge/{queue:.+}")
  @Operation(summary = "Throws away what is not leased")
  @Parameter(name = "queue", in = ParameterIn.PATH, description = "the queue or the topic")
  @Parameter(
      name = "group",
      in = ParameterIn.QUERY,
      description = "of this group of the topic",
      schema = @Schema(type = SchemaType.STRING))
  public Uni<Answers.Counted> purge(@Context RoutingContext routing) {
    Source source = new Parameters(routing).source();
    return backend
        .with(queue -> queue.purge(source))
        .map(count -> new Answers.Counted("purged", source.name().text(), count));
  }

  @POST
  @Path("redrive/{queue:.+}")
  @Operation(summary = "Moves dead messages back to where they died, oldest first")
  @Parameter(name = "queue", in = ParameterIn.PATH, description = "the queue or the topic")
  @Parameter(
      name = "max",
      in = ParameterIn.QUERY,
      description = "the most messages, by default all",
      schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "2147483647"))
  public Uni<Answers.Counted> redrive(@Context RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    Name name = parameters.queue();
    if (name.isDead()) {
      throw new ApiException.BadRequest("give the queue that they died in, without .dead");
    }
    long most = parameters.mostOrAll("max");
    return backend
        .with(queue -> queue.redrive(name, most))
        .map(count -> new Answers.Counted("redriven", name.text(), count));
  }

  @PUT
  @Path("group/{topic:.+}")
  @Operation(summary = "Makes a group ahead of its first consumer: it sees what comes from now on")
  @Parameter(name = "topic", in = ParameterIn.PATH)
  @Parameter(
      name = "group",
      in = ParameterIn.QUERY,
      description = "its name",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "default"))
  public Uni<Response> createGroup(@Context RoutingContext routing) {
    Source.Group group = group(routing);
    return backend
        .with(queue -> queue.createGroup(group))
        .map(
            made ->
                Response.status(made ? 201 : 200)
                    .entity(answer(made ? "created" : "exists", group))
                    .build());
  }

  @DELETE
  @Path("group/{topic:.+}")
  @Operation(summary = "Ends a group with all that it has not seen")
  @Parameter(name = "topic", in = ParameterIn.PATH)
  @Parameter(
      name = "group",
      in = ParameterIn.QUERY,
      description = "its name",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "default"))
  public Uni<Answers.Grouped> deleteGroup(@Context RoutingContext routing) {
    Source.Group group = group(routing);
    return backend
        .with(queue -> queue.deleteGroup(group))
        .map(
            there -> {
              if (!there) {
                throw new ApiException.NotFound("the topic has no such group");
              }
              return answer("deleted", group);
            });
  }

  private static Source.Group group(RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    return parameters.group(parameters.topic());
  }

  private static Answers.Grouped answer(String status, Source.Group group) {
    return new Answers.Grouped(status, group.name().text(), group.group().text());
  }
}
