package dev.mikcar.storage.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.OtherCredential;
import dev.mikcar.storage.store.ObjectPath;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * URLs that let in without the token, for stores that have none of their own: signed with a key
 * that is made when the process starts and never leaves it, so that they end with it at the latest.
 * Each is for one method and one object, until a time.
 */
@Singleton
public class SignedUrls implements OtherCredential {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "/storage/object/";
  private static final String EXPIRES = "expires";
  private static final String SIGNATURE = "signature";
  private static final int KEY_BYTES = 32;
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

  private final SecretKeySpec key;

  SignedUrls() {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, ALGORITHM);
  }

  /**
   * The URL under which the caller reached this process, so that others who reach it likewise can
   * use it.
   */
  URI sign(HttpServerRequest request, String method, ObjectPath path, Instant end) {
    HostAndPort authority = request.authority();
    return URI.create(
        request.scheme()
            + "://"
            + (authority == null ? "localhost" : authority.toString())
            + PREFIX
            + encoded(path)
            + "?"
            + EXPIRES
            + "="
            + end.getEpochSecond()
            + "&"
            + SIGNATURE
            + "="
            + HexFormat.of().formatHex(hash(method, path, end.getEpochSecond())));
  }

  private static String encoded(ObjectPath path) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : path.utf8()) {
      if (UNRESERVED.indexOf(b) >= 0) {
        encoded.append((char) b);
      } else {
        HexFormat.of().withUpperCase().toHexDigits(encoded.append('%'), b);
      }
    }
    return encoded.toString();
  }

  @Override
  public boolean admits(RoutingContext routing) {
    // First the path: requests of every service come here, and reading their query costs.
    String signature =
        ExactPath.isBelow(routing, PREFIX) ? routing.queryParams().get(SIGNATURE) : null;
    if (signature == null) {
      return false;
    }
    if (!isGood(signature, routing)) {
      throw new ApiException.Forbidden(
          "the signature of the URL is not valid: it is for another method or object, or its time is"
              + " over");
    }
    return true;
  }

  private boolean isGood(String signature, RoutingContext routing) {
    Long end = number(routing.queryParams().get(EXPIRES));
    if (end == null || Instant.now().getEpochSecond() >= end) {
      return false;
    }
    byte[] expected = hash(routing.request().method().name(), ObjectResource.path(routing), end);
    return MessageDigest.isEqual(
        HexFormat.of().formatHex(expected).getBytes(StandardCharsets.US_ASCII),
        signature.getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable Long number(@Nullable String text) {
    return text != null && text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
  }

  private byte[] hash(String method, ObjectPath path, long end) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      String what = method + "\n" + end + "\n" + path.text();
      return mac.doFinal(what.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
