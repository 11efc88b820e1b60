package dev.mikcar.common.settings;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A bearer token: compared in constant time, never printed. */
public final class Token {
  private final byte[] secret;

  public Token(String secret) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether these are the same, in a time that does not depend on where they differ. */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(candidate.getBytes(StandardCharsets.UTF_8), secret);
  }

  @Override
  public String toString() {
    return "Token[hidden]";
  }
}
