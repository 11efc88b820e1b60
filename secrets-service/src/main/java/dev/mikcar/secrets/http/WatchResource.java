package dev.mikcar.secrets.http;

import dev.mikcar.common.http.Draining;
import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.secrets.SecretsBackend;
import dev.mikcar.secrets.store.Change;
import dev.mikcar.secrets.store.SecretName;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Waiting for a secret to change, as <a
 * href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-Sent Events</a>.
 */
@Path("/secrets")
@Tag(name = "secrets")
@Singleton
public class WatchResource {
  /** How often it is looked whether the process ends. */
  private static final Duration TICK = Duration.ofSeconds(1);

  /** Ticks between two signs of life, which keep a connection from being taken for dead. */
  private static final int QUIET_TICKS = 15;

  /** The comment of a tick that is not sent. */
  private static final String NOTHING = "";

  private final SecretsBackend backend;
  private final Draining draining;

  WatchResource(SecretsBackend backend, Draining draining) {
    this.backend = backend;
    this.draining = draining;
  }

  @GET
  @Path("watch/{name:.*}")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(summary = "An event for each new version of a secret, without its value")
  @Parameter(
      name = "name",
      in = ParameterIn.PATH,
      schema = @Schema(type = SchemaType.STRING, minLength = 1, maxLength = 512))
  @Parameter(
      name = "Last-Event-ID",
      in = ParameterIn.HEADER,
      description = "the version that the caller knows",
      schema = @Schema(type = SchemaType.STRING))
  public Multi<OutboundSseEvent> watch(
      @Context RoutingContext routing,
      @Context Sse sse,
      @HeaderParam("Last-Event-ID") @Nullable String known) {
    SecretName name = Reading.name(routing);
    Audit audit = Audit.of(routing, "watch", name.text());
    RequestDeadline.lift(routing);
    Multi<OutboundSseEvent> changes =
        backend
            .with(secrets -> Uni.createFrom().item(secrets))
            .onItem()
            .transformToMulti(secrets -> secrets.watch(name, known))
            .map(change -> event(sse, change));
    Multi<OutboundSseEvent> ticks =
        Multi.createFrom()
            .ticks()
            .every(TICK)
            .onOverflow()
            .drop()
            .map(tick -> comment(sse, tick % QUIET_TICKS == 0));
    return Multi.createBy()
        .merging()
        .streams(changes, ticks)
        .select()
        .first(ignored -> !draining.hasBegun())
        .select()
        .where(event -> !NOTHING.equals(event.getComment()))
        .onTermination()
        .invoke((failure, cancelled) -> audit.write(failure == null ? "OK" : Audit.code(failure)));
  }

  private static OutboundSseEvent comment(Sse sse, boolean sign) {
    return sse.newEventBuilder().comment(sign ? "watching" : NOTHING).build();
  }

  private static OutboundSseEvent event(Sse sse, Change change) {
    OutboundSseEvent.Builder event =
        sse.newEventBuilder()
            .name(change.version() == null ? "deleted" : "changed")
            .mediaType(MediaType.APPLICATION_JSON_TYPE)
            .data(Answers.Changed.class, Answers.Changed.of(change));
    return change.version() == null ? event.build() : event.id(change.version()).build();
  }
}
