package dev.mikcar.email.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.EmailBackend;
import dev.mikcar.email.mail.Outbox;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What {@code memory://} keeps instead of sending it. */
@Path("/email/outbox")
@Tag(name = "email")
@Produces(MediaType.APPLICATION_JSON)
@Singleton
public class OutboxResource {
  private final EmailBackend backend;

  OutboxResource(EmailBackend backend) {
    this.backend = backend;
  }

  @GET
  @Operation(summary = "The messages that would have been sent, oldest first; memory:// only")
  public Uni<Answers.Kept> get() {
    return with(outbox -> Answers.Kept.of(outbox.content()));
  }

  @DELETE
  @Operation(summary = "Forgets those messages; memory:// only")
  public Uni<Answers.Deleted> delete() {
    return with(outbox -> new Answers.Deleted("ok", outbox.clear()));
  }

  private <T> Uni<T> with(Function<Outbox, T> work) {
    return backend.with(
        mailer ->
            VirtualThreads.call(
                () ->
                    work.apply(
                        mailer
                            .outbox()
                            .orElseThrow(
                                () ->
                                    new ApiException.NotFound(
                                        "messages are sent here; only memory:// has an outbox")))));
  }
}
