package dev.mikcar.storage.gcs;

import com.google.auth.ServiceAccountSigner;
import dev.mikcar.storage.store.ContentHash;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * URLs that the store takes without a token: its signatures of version 4,
 * https://cloud.google.com/storage/docs/authentication/signatures.
 */
final class GcsSignature {
  private static final String ALGORITHM = "GOOG4-RSA-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int DATE = 8;
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  private GcsSignature() {}

  /**
   * A URL of one object, for a method and a time. Blocks where the signer asks Google to sign.
   *
   * @param root scheme, host and port of the store
   */
  static URI url(
      ServiceAccountSigner signer,
      String root,
      String bucket,
      String name,
      String method,
      Instant begin,
      Duration time) {
    String at = TIME.format(begin);
    String scope = at.substring(0, DATE) + "/auto/storage/goog4_request";
    Map<String, String> query = new TreeMap<>();
    query.put("X-Goog-Algorithm", ALGORITHM);
    query.put("X-Goog-Credential", signer.getAccount() + "/" + scope);
    query.put("X-Goog-Date", at);
    query.put("X-Goog-Expires", Long.toString(time.toSeconds()));
    query.put("X-Goog-SignedHeaders", "host");
    String path = "/" + bucket + "/" + encode(name, "/");
    String parameters =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + encode(e.getValue(), ""))
            .collect(Collectors.joining("&"));
    String request =
        String.join(
            "\n",
            method,
            path,
            parameters,
            "host:" + URI.create(root).getAuthority(),
            "",
            "host",
            "UNSIGNED-PAYLOAD");
    String toSign = String.join("\n", ALGORITHM, at, scope, sha256(request));
    byte[] signature = signer.sign(toSign.getBytes(StandardCharsets.UTF_8));
    return URI.create(
        root
            + path
            + "?"
            + parameters
            + "&X-Goog-Signature="
            + HexFormat.of().formatHex(signature));
  }

  private static String sha256(String text) {
    return HexFormat.of()
        .formatHex(ContentHash.newDigest("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** All but the unreserved characters of RFC 3986, and those that are to stay. */
  private static String encode(String text, String stays) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b > 0 && (UNRESERVED.indexOf(b) >= 0 || stays.indexOf(b) >= 0)) {
        encoded.append((char) b);
      } else {
        HexFormat.of().withUpperCase().toHexDigits(encoded.append('%'), b);
      }
    }
    return encoded.toString();
  }
}
