package dev.mikcar.email.smtp;

import java.io.IOException;
import java.util.Optional;

/** Who logs in at the server. For use by many at once. */
interface Login {
  /**
   * What is shown to the server.
   *
   * @param user the name
   * @param secret a password, or a token where {@link #mechanism} says so
   */
  record Credentials(String user, String secret) {}

  /**
   * The credentials that hold now; empty: nobody logs in. May block.
   *
   * @throws IOException when they cannot be had now
   */
  Optional<Credentials> current() throws IOException;

  /** The only SASL mechanism to use; empty: what the server and the connection allow. */
  default Optional<String> mechanism() {
    return Optional.empty();
  }

  /**
   * The server does not accept the credentials.
   *
   * @return whether asking for others may help
   */
  default boolean refused() {
    return false;
  }

  /** With a password, or nobody when there is no user. */
  static Login password(String user, String password) {
    return () -> user.isEmpty() ? Optional.empty() : Optional.of(new Credentials(user, password));
  }
}
