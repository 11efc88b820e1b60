package dev.mikcar.email.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.common.http.TraceId;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.email.EmailBackend;
import dev.mikcar.email.Mailer;
import dev.mikcar.email.idempotency.IdempotencyKey;
import dev.mikcar.email.mail.Caller;
import dev.mikcar.email.mail.Outcome;
import dev.mikcar.email.mail.Submission;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
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
  private static final String KEY = "Idempotency-Key";

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
  public Uni<Answers.Sent> send(
      @Context RoutingContext routing,
      @HeaderParam(KEY) @Nullable String key,
      byte @Nullable [] body) {
    return with(
        routing,
        mailer -> List.of(new Submission.Good(reader(mailer).one(body))),
        key(key, "send", body),
        outcomes ->
            switch (outcomes.getFirst()) {
              case Outcome.Sent sent -> Answers.Sent.of(sent);
              case Outcome.Failed failed -> throw failed.why();
            });
  }

  @POST
  @Path("send/batch")
  @Operation(summary = "Sends up to 500 messages, each for itself; the results are in their order")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = Requests.BatchOfMessages.class)))
  public Uni<Answers.Batch> sendBatch(
      @Context RoutingContext routing,
      @HeaderParam(KEY) @Nullable String key,
      byte @Nullable [] body) {
    return with(
        routing, mailer -> reader(mailer).batch(body), key(key, "batch", body), Answers.Batch::of);
  }

  private static Supplier<Optional<IdempotencyKey>> key(
      @Nullable String key, String route, byte @Nullable [] body) {
    return () ->
        key == null
            ? Optional.empty()
            : Optional.of(IdempotencyKey.of(key, route, body == null ? new byte[0] : body));
  }

  private MailReader reader(Mailer mailer) {
    return new MailReader(json, mailer.limits(), mailer.from());
  }

  private <T> Uni<T> with(
      RoutingContext routing,
      Function<Mailer, List<Submission>> messages,
      Supplier<Optional<IdempotencyKey>> key,
      Function<List<Outcome>, T> answer) {
    Instant deadline = Instant.now().plus(limit);
    SocketAddress peer = routing.request().remoteAddress();
    String address = peer == null ? null : peer.hostAddress();
    Caller caller = new Caller(TraceId.of(routing), address == null ? "" : address);
    return backend.with(
        mailer ->
            VirtualThreads.call(
                () ->
                    answer.apply(
                        mailer.send(messages.apply(mailer), deadline, caller, key.get()))));
  }
}
