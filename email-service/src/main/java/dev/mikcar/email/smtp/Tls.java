package dev.mikcar.email.smtp;

/** When a connection is encrypted. */
enum Tls {
  /** From the first byte on, RFC 8314 section 3.3. */
  IMPLICIT,
  /** By STARTTLS, RFC 3207; without it nothing is sent. */
  REQUIRED,
  /** By STARTTLS where the server has it: whoever stands between can take it away. */
  OPTIONAL,
  /** Never. */
  DISABLED
}
