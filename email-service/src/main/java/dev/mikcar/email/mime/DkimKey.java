package dev.mikcar.email.mime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a private key in PEM as OpenSSL and {@code opendkim-genkey} write it. */
public final class DkimKey {
  /** RFC 8301 section 3.2. */
  private static final int SHORTEST = 1024;

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END");

  /** Version 0, and the algorithm rsaEncryption without parameters: RFC 5208 section 5. */
  private static final byte[] RSA_OF_PKCS8 =
      HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

  private DkimKey() {}

  /**
   * The signer with the key of a file: RSA of at least 1024 bits, or Ed25519; PKCS #8, or PKCS #1
   * for RSA.
   *
   * @throws IOException when the file cannot be read
   * @throws GeneralSecurityException when there is no such key in it
   */
  public static DkimSigner signer(String domain, String selector, Path file)
      throws IOException, GeneralSecurityException {
    Matcher pem = PEM.matcher(Files.readString(file));
    if (!pem.find()) {
      throw new InvalidKeyException("no private key in PEM");
    }
    byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
    if (pem.group(1) != null) {
      der = sequence(0x30, concatenated(RSA_OF_PKCS8, sequence(0x04, der)));
    }
    PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(der);
    try {
      PrivateKey rsa = KeyFactory.getInstance("RSA").generatePrivate(key);
      if (rsa instanceof RSAKey sized && sized.getModulus().bitLength() >= SHORTEST) {
        return new DkimSigner(domain, selector, DkimSigner.Algorithm.RSA_SHA256, rsa);
      }
      throw new InvalidKeyException("an RSA key of less than " + SHORTEST + " bits");
    } catch (InvalidKeySpecException e) {
      return new DkimSigner(
          domain,
          selector,
          DkimSigner.Algorithm.ED25519_SHA256,
          KeyFactory.getInstance("Ed25519").generatePrivate(key));
    }
  }

  /** A value of DER with its tag and length, X.690 section 8.1. */
  private static byte[] sequence(int tag, byte[] content) {
    byte[] head =
        content.length < 0x80
            ? new byte[] {(byte) tag, (byte) content.length}
            : new byte[] {
              (byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length
            };
    return concatenated(head, content);
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] both = new byte[first.length + second.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
