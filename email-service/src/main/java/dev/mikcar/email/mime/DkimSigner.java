package dev.mikcar.email.mime;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Signs messages, RFC 6376: header {@code relaxed}, body {@code simple}, over every header that a
 * receiver shows or acts upon; From is signed once more than it is there, so that no other can be
 * added (section 8.15). Immutable.
 *
 * @param domain the domain that signs, {@code d=}
 * @param selector where its public key is, {@code s=}
 * @param algorithm {@code rsa-sha256} or {@code ed25519-sha256} (RFC 8463)
 */
public record DkimSigner(String domain, String selector, Algorithm algorithm, PrivateKey key) {
  private static final byte[] EMPTY_BODY = {'\r', '\n'};
  private static final int LINE = 72;
  private static final List<String> SIGNED =
      List.of(
          "from",
          "reply-to",
          "subject",
          "date",
          "message-id",
          "to",
          "cc",
          "mime-version",
          "content-type",
          "content-transfer-encoding",
          "list-unsubscribe",
          "list-unsubscribe-post");

  /** How the hash is signed. */
  public enum Algorithm {
    RSA_SHA256("rsa-sha256"),
    ED25519_SHA256("ed25519-sha256");

    private final String tag;

    Algorithm(String tag) {
      this.tag = tag;
    }
  }

  /**
   * The DKIM-Signature that stands in front of a message, with the end of its line.
   *
   * @param message its bytes, lines ended by CR LF
   * @param length how many of them are the message
   */
  byte[] header(byte[] message, int length, long secondsSinceEpoch) {
    int end = endOfHeaders(message, length);
    Map<String, String> headers = headers(new String(message, 0, end, StandardCharsets.ISO_8859_1));
    List<String> names = new ArrayList<>(SIGNED.stream().filter(headers::containsKey).toList());
    StringBuilder signed = new StringBuilder();
    for (String name : names) {
      signed.append(relaxed(name, headers.getOrDefault(name, ""))).append("\r\n");
    }
    names.add("from");
    String tags =
        "v=1; a=%s; c=relaxed/simple; d=%s; s=%s;\r\n\tt=%d; h=%s;\r\n\tbh=%s;\r\n\tb="
            .formatted(
                algorithm.tag,
                domain,
                selector,
                secondsSinceEpoch,
                String.join(":\r\n\t ", names),
                base64(bodyHash(message, length, end)));
    signed.append(relaxed("dkim-signature", tags));
    String header =
        "DKIM-Signature: "
            + tags
            + folded(base64(signature(signed.toString().getBytes(StandardCharsets.ISO_8859_1))))
            + "\r\n";
    return header.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Where the empty line begins. */
  private static int endOfHeaders(byte[] message, int length) {
    for (int i = 0; i + 3 < length; i++) {
      if (message[i] == '\r'
          && message[i + 1] == '\n'
          && message[i + 2] == '\r'
          && message[i + 3] == '\n') {
        return i + 2;
      }
    }
    throw new IllegalArgumentException("a message has an empty line");
  }

  /** The fields by their names in lower case, folded as they are; each is there once. */
  private static Map<String, String> headers(String text) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String field : text.split("\r\n(?![ \t])", -1)) {
      int colon = field.indexOf(':');
      if (colon > 0) {
        headers.put(field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1));
      }
    }
    return headers;
  }

  /** Section 3.4.2. */
  private static String relaxed(String name, String value) {
    String unfolded = value.replace("\r\n", "").replaceAll("[ \t]+", " ");
    return name + ":" + unfolded.strip();
  }

  /** Section 3.4.3: empty lines at the end count as one end of a line. */
  private static byte[] bodyHash(byte[] message, int length, int endOfHeaders) {
    int from = endOfHeaders + 2;
    int to = length;
    while (to - from >= 4
        && message[to - 1] == '\n'
        && message[to - 2] == '\r'
        && message[to - 3] == '\n'
        && message[to - 4] == '\r') {
      to -= 2;
    }
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      boolean empty = to == from || (to - from == 2 && message[from] == '\r');
      if (empty) {
        return sha256.digest(EMPTY_BODY);
      }
      sha256.update(message, from, to - from);
      if (message[to - 1] != '\n') {
        sha256.update(EMPTY_BODY);
      }
      return sha256.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private byte[] signature(byte[] headers) {
    try {
      Signature signature;
      byte[] input = headers;
      switch (algorithm) {
        case RSA_SHA256 -> signature = Signature.getInstance("SHA256withRSA");
        case ED25519_SHA256 -> {
          // RFC 8463 section 3: the hash is what is signed.
          signature = Signature.getInstance("Ed25519");
          input = MessageDigest.getInstance("SHA-256").digest(headers);
        }
        default -> throw new IllegalStateException();
      }
      signature.initSign(key);
      signature.update(input);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a checked key cannot sign", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static String folded(String text) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < text.length(); i += LINE) {
      lines.append(i == 0 ? "" : "\r\n\t").append(text, i, Math.min(text.length(), i + LINE));
    }
    return lines.toString();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "DkimSigner[" + selector + "._domainkey." + domain + "]";
  }
}
