package dev.mikcar.email.smtp;

import java.util.Optional;

/**
 * An answer of the server's that refuses something.
 *
 * @param code 400 to 599, RFC 5321 section 4.2
 * @param text all of it, of any length and content
 * @param command what it answers; empty: the connection itself
 */
record Reply(int code, String text, String command) {
  private static final int LONGEST = 500;
  private static final String RECIPIENT = "RCPT TO:<";

  boolean isPermanent() {
    return code >= 500;
  }

  /** The server asks for fewer connections or messages, or is about to close. */
  boolean asksToSlowDown() {
    return code == 421 || (code == 450 && text.contains("4.7."));
  }

  /** Whether it is about who sends rather than about the message, RFC 4954 section 6. */
  boolean isAboutLogin() {
    return code == 530 || code == 534 || code == 535 || code == 538;
  }

  /** Whom it refuses, when it is one of the recipients. */
  Optional<String> recipient() {
    return command.startsWith(RECIPIENT)
        ? Optional.of(command.substring(RECIPIENT.length(), command.lastIndexOf('>')))
        : Optional.empty();
  }

  /** For a person: on one line, without control characters, not too long. */
  String line() {
    String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
