package dev.mikcar.email.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mikcar.common.http.BodyReader;
import dev.mikcar.common.http.StreamedBody;
import dev.mikcar.common.http.TraceId;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.email.EmailBackend;
import dev.mikcar.email.Mailer;
import dev.mikcar.email.idempotency.IdempotencyKey;
import dev.mikcar.email.mail.Caller;
import dev.mikcar.email.mail.Outcome;
import dev.mikcar.email.mail.Submission;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
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
import java.util.function.BiFunction;
import java.util.function.Function;
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
  private final long largest;

  EmailResource(EmailBackend backend, Settings settings, ObjectMapper json) {
    this.backend = backend;
    this.json = json;
    this.largest = settings.maxBodySize();
    Duration share = settings.requestTimeout().dividedBy(SHARE);
    this.limit =
        settings.requestTimeout().minus(share.compareTo(LONGEST_SHARE) > 0 ? LONGEST_SHARE : share);
  }

  @POST
  @Path("send")
  @StreamedBody
  @Operation(summary = "Sends a message, and answers when the server has accepted or refused it")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = Requests.Message.class)))
  public Uni<Answers.Sent> send(
      @Context RoutingContext routing, @HeaderParam(KEY) @Nullable String key) {
    return with(
        new Asked(routing, "send", key),
        (reader, body) -> List.of(new Submission.Good(reader.one(body))),
        outcomes ->
            switch (outcomes.getFirst()) {
              case Outcome.Sent sent -> Answers.Sent.of(sent);
              case Outcome.Failed failed -> throw failed.why();
            });
  }

  @POST
  @Path("send/batch")
  @StreamedBody
  @Operation(summary = "Sends up to 500 messages, each for itself; the results are in their order")
  @RequestBody(
      required = true,
      content = @Content(schema = @Schema(implementation = Requests.BatchOfMessages.class)))
  public Uni<Answers.Batch> sendBatch(
      @Context RoutingContext routing, @HeaderParam(KEY) @Nullable String key) {
    return with(new Asked(routing, "batch", key), MailReader::batch, Answers.Batch::of);
  }

  /** A request without its body. */
  private record Asked(RoutingContext routing, String route, @Nullable String key) {
    Optional<IdempotencyKey> keyOf(Buffer body) {
      return Optional.ofNullable(key)
          .map(text -> IdempotencyKey.of(text, route, new BodyStream(body)));
    }

    Caller caller() {
      SocketAddress peer = routing.request().remoteAddress();
      String address = peer == null ? null : peer.hostAddress();
      return new Caller(TraceId.of(routing), address == null ? "" : address);
    }
  }

  private <T> Uni<T> with(
      Asked asked,
      BiFunction<MailReader, Buffer, List<Submission>> messages,
      Function<List<Outcome>, T> answer) {
    Instant deadline = Instant.now().plus(limit);
    Caller caller = asked.caller();
    return body(asked.routing())
        .chain(
            body ->
                backend.with(
                    mailer ->
                        VirtualThreads.call(
                            () -> {
                              List<Submission> all = messages.apply(reader(mailer), body);
                              Optional<IdempotencyKey> key = asked.keyOf(body);
                              return answer.apply(mailer.send(all, deadline, caller, key));
                            })));
  }

  private Uni<Buffer> body(RoutingContext routing) {
    return Uni.createFrom()
        .completionStage(() -> BodyReader.read(routing, largest).toCompletionStage());
  }

  private MailReader reader(Mailer mailer) {
    return new MailReader(json, mailer.limits(), mailer.from());
  }
}
