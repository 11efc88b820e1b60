package dev.mikcar.storage.http;

import dev.mikcar.common.error.ApiException;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request says that its body hashes to. */
record Checksums(List<Expected> all) {
  private static final int SHA256_BYTES = 32;
  private static final int MD5_BYTES = 16;

  /** One of them; told apart by identity. */
  static final class Expected {
    private final String header;
    private final String algorithm;
    private final byte[] hash;

    private Expected(String header, String algorithm, byte[] hash) {
      this.header = header;
      this.algorithm = algorithm;
      this.hash = hash;
    }

    String header() {
      return header;
    }

    String algorithm() {
      return algorithm;
    }

    byte[] hash() {
      return hash;
    }
  }

  /**
   * {@code Content-MD5} is base64 (RFC 1864); {@code X-Checksum-SHA256} is that, or hex.
   *
   * @throws ApiException.BadRequest when one is no hash
   */
  static Checksums of(HttpServerRequest request) {
    List<Expected> all = new ArrayList<>();
    String md5 = request.getHeader("Content-MD5");
    if (md5 != null) {
      all.add(new Expected("Content-MD5", "MD5", decode("Content-MD5", md5, MD5_BYTES)));
    }
    String sha = request.getHeader("X-Checksum-SHA256");
    if (sha != null) {
      all.add(
          new Expected(
              "X-Checksum-SHA256", "SHA-256", decode("X-Checksum-SHA256", sha, SHA256_BYTES)));
    }
    return new Checksums(all);
  }

  private static byte[] decode(String header, String text, int length) {
    String value = text.strip();
    byte[] hash =
        length == SHA256_BYTES && value.length() == 2 * length ? hex(value) : base64(value);
    if (hash == null || hash.length != length) {
      throw new ApiException.BadRequest(header + " is not a hash of " + length + " bytes");
    }
    return hash;
  }

  private static byte @Nullable [] hex(String value) {
    try {
      return HexFormat.of().parseHex(value);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static byte @Nullable [] base64(String value) {
    try {
      return Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
