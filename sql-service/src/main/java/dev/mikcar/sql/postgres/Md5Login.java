package dev.mikcar.sql.postgres;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The logins that send the password itself, or an MD5 of it, for servers that still want one. */
final class Md5Login {
  private Md5Login() {}

  /** {@code "md5" + md5(md5(password + user) + salt)}. */
  static byte[] answer(String user, String password, byte[] salt) {
    byte[] inner = hex(utf8(password + user), new byte[0]);
    return zeroEnded("md5" + new String(hex(inner, salt), StandardCharsets.US_ASCII));
  }

  static byte[] zeroEnded(String text) {
    return utf8(text + '\0');
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hex(byte[] first, byte[] second) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(first);
      return HexFormat.of().formatHex(digest.digest(second)).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
