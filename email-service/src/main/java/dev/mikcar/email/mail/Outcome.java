package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import java.util.List;

/** What became of a message. */
public sealed interface Outcome {
  /**
   * The server has it, or the outbox.
   *
   * @param id its Message-ID, with angle brackets
   * @param suppressed recipients it was not sent to, since they want no mail
   */
  record Sent(String id, List<String> suppressed) implements Outcome {}

  /** It was not sent, or nobody knows. */
  record Failed(ApiException why) implements Outcome {}
}
