package dev.mikcar.email;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.error.ErrorTranslator;
import dev.mikcar.common.service.Backend;
import dev.mikcar.email.mail.Caller;
import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Limits;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailAddress;
import dev.mikcar.email.mail.MailTransport;
import dev.mikcar.email.mail.Outbox;
import dev.mikcar.email.mail.Outcome;
import dev.mikcar.email.mail.Submission;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Sends what callers submit, each message for itself, and writes down that it did. */
public final class Mailer implements Backend {
  private final MailTransport transport;
  private final Limits limits;
  private final Optional<MailAddress> from;

  Mailer(MailTransport transport, Limits limits, Optional<MailAddress> from) {
    this.transport = transport;
    this.limits = limits;
    this.from = from;
  }

  /** How large a message may be. */
  public Limits limits() {
    return limits;
  }

  /** The sender of messages that name none; empty: they have to. */
  public Optional<MailAddress> from() {
    return from;
  }

  /**
   * Sends all of them at the same time, as far as the transport can. Blocks.
   *
   * @param deadline when the caller stops waiting
   * @return what became of each, in their order
   */
  public List<Outcome> send(List<Submission> all, Instant deadline, Caller caller) {
    if (all.isEmpty()) {
      return List.of();
    }
    return Uni.join()
        .all(all.stream().map(one -> send(one, deadline, caller)).toList())
        .andFailFast()
        .await()
        .indefinitely();
  }

  private Uni<Outcome> send(Submission submission, Instant deadline, Caller caller) {
    return switch (submission) {
      case Submission.Bad bad -> Uni.createFrom().item(new Outcome.Failed(bad.why()));
      case Submission.Good good -> send(good.mail(), deadline, caller);
    };
  }

  private Uni<Outcome> send(Mail mail, Instant deadline, Caller caller) {
    Audit line = new Audit(mail, caller);
    return transport
        .send(mail, new Delivery(deadline, () -> {}))
        .<Outcome>map(ignored -> new Outcome.Sent(mail.id(), List.of()))
        .onFailure()
        .recoverWithItem(failure -> new Outcome.Failed(translated(failure)))
        .invoke(line::write);
  }

  private static ApiException translated(Throwable failure) {
    return ErrorTranslator.translate(failure);
  }

  /** What would have been sent, where messages are kept instead. */
  public Optional<Outbox> outbox() {
    return transport.outbox();
  }

  @Override
  public Uni<Void> ping() {
    return transport.ping();
  }

  @Override
  public void close() {
    transport.close();
  }
}
