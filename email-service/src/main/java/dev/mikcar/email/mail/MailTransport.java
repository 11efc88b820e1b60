package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Backend;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/**
 * What sends messages. For use by many at once; every operation fails with an {@link ApiException}
 * alone.
 */
public interface MailTransport extends Backend {
  /**
   * Hands a message over, to all its recipients or to none: completes when the server has accepted
   * it, and fails when it has not. Whether an accepted message reaches a person is beyond SMTP.
   * What passes is tried again while there is time, but never after the server may have accepted.
   *
   * <p>Failures are those of {@link MailFailure}: only {@link MailFailure#unconfirmed} leaves open
   * whether the message was accepted.
   */
  Uni<Void> send(Mail mail, Delivery delivery);

  /** Completes when a message could be handed over now. */
  @Override
  Uni<Void> ping();

  /** What would have been sent, where messages are kept instead. */
  default Optional<Outbox> outbox() {
    return Optional.empty();
  }

  /** Ends what is open; messages that are on their way are let go on for a moment. */
  @Override
  void close();
}
