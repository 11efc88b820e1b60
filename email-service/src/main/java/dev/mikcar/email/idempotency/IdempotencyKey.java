package dev.mikcar.email.idempotency;

import dev.mikcar.common.error.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a caller calls a request, so that it can be asked again and is done once.
 *
 * @param text 1 to 255 printable characters of ASCII
 * @param request what was asked for, in hexadecimal: two requests differ when these do
 */
public record IdempotencyKey(String text, String request) {
  private static final Pattern PRINTABLE = Pattern.compile("[!-~](?:[ -~]{0,253}[!-~])?");

  /**
   * The key of a request.
   *
   * @param text the header
   * @param route which route was asked
   * @param body what it was asked for, read to its end
   * @throws ApiException.BadRequest when the key is none
   */
  public static IdempotencyKey of(String text, String route, InputStream body) {
    if (!PRINTABLE.matcher(text).matches()) {
      throw new ApiException.BadRequest(
          "the header Idempotency-Key must have 1 to 255 printable characters of ASCII");
    }
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update((route + "\n").getBytes(StandardCharsets.UTF_8));
      byte[] some = new byte[1 << 13];
      for (int read = body.read(some); read >= 0; read = body.read(some)) {
        sha256.update(some, 0, read);
      }
      return new IdempotencyKey(text, HexFormat.of().formatHex(sha256.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
