package dev.mikcar.email.idempotency;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.mail.MailFailure;
import dev.mikcar.email.mail.Outcome;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a message of a request.
 *
 * @param id its Message-ID
 * @param reply the server's code when it refused it, else 0
 * @param error its words then, else empty
 * @param recipient whom it refused; null when it was the message
 * @param suppressed whom it was not sent to
 */
record Entry(
    State state,
    String id,
    int reply,
    String error,
    @Nullable String recipient,
    List<String> suppressed) {

  /** How far it came. The names are in the database. */
  enum State {
    /** The server may have it from now on. */
    BEGUN,
    SENT,
    REJECTED,
    UNCONFIRMED
  }

  /** Before the server can have accepted it. */
  static Entry begun(String id) {
    return new Entry(State.BEGUN, id, 0, "", null, List.of());
  }

  /**
   * What became of it, when that must be remembered; empty when it was not sent and may be sent
   * later.
   */
  static Optional<Entry> of(String id, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Sent sent ->
          Optional.of(new Entry(State.SENT, sent.id(), 0, "", null, sent.suppressed()));
      case Outcome.Failed(ApiException why) ->
          switch (why.code()) {
            case MailFailure.REJECTED ->
                Optional.of(
                    new Entry(
                        State.REJECTED,
                        id,
                        why.fields().get("reply_code") instanceof Integer code ? code : 0,
                        why.getMessage(),
                        why.fields().get("recipient") instanceof String recipient
                            ? recipient
                            : null,
                        List.of()));
            case MailFailure.UNCONFIRMED ->
                Optional.of(new Entry(State.UNCONFIRMED, id, 0, "", null, List.of()));
            default -> Optional.empty();
          };
    };
  }

  /** The first answer once more. */
  Outcome outcome() {
    return switch (state) {
      case SENT -> new Outcome.Sent(id, suppressed);
      case REJECTED ->
          new Outcome.Failed(MailFailure.rejected(error, reply, Optional.ofNullable(recipient)));
      case UNCONFIRMED -> new Outcome.Failed(MailFailure.unconfirmed(id));
      case BEGUN -> new Outcome.Failed(MailFailure.interrupted(id));
    };
  }
}
