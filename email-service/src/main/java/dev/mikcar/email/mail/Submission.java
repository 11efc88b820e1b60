package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;

/** What a caller handed over as a message, which may be none. */
public sealed interface Submission {
  /** A message. */
  record Good(Mail mail) implements Submission {}

  /** What cannot be sent, whatever the server. */
  record Bad(ApiException why) implements Submission {}
}
