package dev.mikcar.email.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.common.http.TraceId;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.email.EmailBackend;
import dev.mikcar.email.Mailer;
import dev.mikcar.email.mail.Caller;
import dev.mikcar.email.mail.Outcome;
import dev.mikcar.email.mail.Submission;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Sends messages. All of a request's work is on a virtual thread: a message may be megabytes. */
@Path("/email")
@Tag(name = "email")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class EmailResource {
  /** The part of a request's time that is left for its answer. */
  private static final int SHARE = 20;

  private static final Duration LONGEST_SHARE = Duration.ofSeconds(1);

  private final EmailBackend backend;
  private final ObjectMapper json;
  private final Duration limit;

  EmailResource(EmailBackend backend, Settings settings, ObjectMapper json) {
    this.backend = backend;
    this.json = json;
    Duration share = settings.requestTimeout().dividedBy(SHARE);
    this.limit =
        settings.requestTimeout().minus(share.compareTo(LONGEST_SHARE) > 0 ? LONGEST_SHARE : share);
  }

  @POST
  @Path("send")
  @Operation(summary = "Sends a message, and answers when the server has accepted or refused it")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = Requests.Message.class)))
  public Uni<Answers.Sent> send(@Context RoutingContext routing, byte @Nullable [] body) {
    return with(
        routing,
        (mailer, request) -> {
          Submission message = new Submission.Good(reader(mailer).one(body));
          return switch (mailer
              .send(List.of(message), request.deadline(), request.caller())
              .getFirst()) {
            case Outcome.Sent sent -> Answers.Sent.of(sent);
            case Outcome.Failed failed -> throw failed.why();
          };
        });
  }

  @POST
  @Path("send/batch")
  @Operation(summary = "Sends up to 500 messages, each for itself; the results are in their order")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = Requests.BatchOfMessages.class)))
  public Uni<Answers.Batch> sendBatch(@Context RoutingContext routing, byte @Nullable [] body) {
    return with(
        routing,
        (mailer, request) ->
            Answers.Batch.of(
                mailer.send(reader(mailer).batch(body), request.deadline(), request.caller())));
  }

  private MailReader reader(Mailer mailer) {
    return new MailReader(json, mailer.limits(), mailer.from());
  }

  /** What is the same for all that a request asks for. */
  private record Request(Instant deadline, Caller caller) {}

  private <T> Uni<T> with(RoutingContext routing, BiFunction<Mailer, Request, T> work) {
    SocketAddress peer = routing.request().remoteAddress();
    Request request =
        new Request(
            Instant.now().plus(limit),
            new Caller(
                TraceId.of(routing),
                peer == null || peer.hostAddress() == null ? "" : peer.hostAddress()));
    return backend.with(mailer -> VirtualThreads.call(() -> work.apply(mailer, request)));
  }
}
