package dev.mikcar.email;

import dev.mikcar.common.error.ErrorTranslator;
import dev.mikcar.common.service.Backend;
import dev.mikcar.email.idempotency.IdempotencyKey;
import dev.mikcar.email.idempotency.Known;
import dev.mikcar.email.idempotency.Ledger;
import dev.mikcar.email.mail.Caller;
import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Limits;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailAddress;
import dev.mikcar.email.mail.MailFailure;
import dev.mikcar.email.mail.MailTransport;
import dev.mikcar.email.mail.Outbox;
import dev.mikcar.email.mail.Outcome;
import dev.mikcar.email.mail.Submission;
import dev.mikcar.email.suppress.SuppressList;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sends what callers submit: each message for itself, to those who want it, once for each key, and
 * with a line in the log.
 */
public final class Mailer implements Backend {
  private final MailTransport transport;
  private final Limits limits;
  private final Optional<MailAddress> from;
  private final Optional<SuppressList> suppressed;
  private final Ledger ledger;

  Mailer(
      MailTransport transport,
      Limits limits,
      Optional<MailAddress> from,
      Optional<SuppressList> suppressed,
      Ledger ledger) {
    this.transport = transport;
    this.limits = limits;
    this.from = from;
    this.suppressed = suppressed;
    this.ledger = ledger;
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
   * @param key of the request: what was sent for it before is not sent again, and is answered as it
   *     was then
   * @return what became of each, in their order
   * @throws dev.mikcar.common.error.ApiException when the key is of another request, or nothing can
   *     be remembered
   */
  public List<Outcome> send(
      List<Submission> all, Instant deadline, Caller caller, Optional<IdempotencyKey> key) {
    return key.map(k -> ledger.once(k, known -> send(all, deadline, caller, known)))
        .orElseGet(() -> send(all, deadline, caller, Known.nothing()));
  }

  private List<Outcome> send(List<Submission> all, Instant deadline, Caller caller, Known known) {
    List<Uni<Outcome>> sendings = new ArrayList<>(all.size());
    for (int i = 0; i < all.size(); i++) {
      sendings.add(send(all.get(i), i, deadline, caller, known));
    }
    return sendings.isEmpty()
        ? List.of()
        : Uni.join().all(sendings).andFailFast().await().indefinitely();
  }

  private Uni<Outcome> send(
      Submission submission, int item, Instant deadline, Caller caller, Known known) {
    Optional<Outcome> before = known.outcome(item);
    if (before.isPresent()) {
      return Uni.createFrom().item(before.get());
    }
    return switch (submission) {
      case Submission.Bad bad -> Uni.createFrom().item(new Outcome.Failed(bad.why()));
      case Submission.Good good -> {
        Audit line = new Audit(good.mail(), caller);
        yield sendToWhoWantsIt(good.mail(), item, deadline, known).invoke(line::write);
      }
    };
  }

  private Uni<Outcome> sendToWhoWantsIt(Mail mail, int item, Instant deadline, Known known) {
    List<String> unwanted =
        suppressed.isEmpty()
            ? List.of()
            : mail.recipients().stream()
                .filter(suppressed.get()::has)
                .map(MailAddress::address)
                .toList();
    Mail wanted = unwanted.isEmpty() ? mail : mail.without(unwanted);
    if (wanted.recipients().isEmpty()) {
      return Uni.createFrom().item(new Outcome.Failed(MailFailure.suppressed(unwanted)));
    }
    return transport
        .send(wanted, new Delivery(deadline, () -> known.begin(item, mail.id())))
        .<Outcome>map(ignored -> new Outcome.Sent(mail.id(), unwanted))
        .onFailure()
        .recoverWithItem(failure -> new Outcome.Failed(ErrorTranslator.translate(failure)))
        .invoke(outcome -> known.end(item, mail.id(), outcome));
  }

  /** What would have been sent, where messages are kept instead. */
  public Optional<Outbox> outbox() {
    return transport.outbox();
  }

  @Override
  public Uni<Void> ping() {
    return ledger.ping().chain(transport::ping);
  }

  @Override
  public void close() {
    transport.close();
    ledger.close();
  }
}
