package dev.mikcar.email.idempotency;

import dev.mikcar.email.mail.Outcome;
import java.util.Optional;

/** What is known of the messages of a request, and is told of what becomes of them. Blocks. */
public interface Known {
  /**
   * What became of a message before; empty: it was not sent.
   *
   * @param item its place in the request
   */
  Optional<Outcome> outcome(int item);

  /**
   * The server may have the message from now on; returns when that is on stable storage.
   *
   * @throws dev.mikcar.common.error.ApiException when it cannot be; then it is not to be sent
   */
  void begin(int item, String id);

  /** The message came to its end. Does not fail. */
  void end(int item, String id, Outcome outcome);

  /** Of a request without a key: nothing is remembered. */
  static Known nothing() {
    return new Known() {
      @Override
      public Optional<Outcome> outcome(int item) {
        return Optional.empty();
      }

      @Override
      public void begin(int item, String id) {}

      @Override
      public void end(int item, String id, Outcome outcome) {}
    };
  }
}
