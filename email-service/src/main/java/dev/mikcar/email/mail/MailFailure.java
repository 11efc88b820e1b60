package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Why a message was not sent, and what that is in HTTP: the table of docs/email.md. */
public final class MailFailure {
  /** The server does not want this message, ever. */
  public static final String REJECTED = "EMAIL_REJECTED";

  /** The server said so often enough that it does not want it now. */
  public static final String DEFERRED = "EMAIL_DEFERRED";

  /** The connection was lost when the server may have accepted it. */
  public static final String UNCONFIRMED = "EMAIL_UNCONFIRMED";

  /** Everybody it was for is on the list of those who want no mail. */
  public static final String SUPPRESSED = "EMAIL_SUPPRESSED";

  private MailFailure() {}

  /**
   * 502: refused for good.
   *
   * @param reply the server's code, 500 to 599
   * @param recipient whom it refused, when it was one of several
   */
  public static ApiException rejected(String message, int reply, Optional<String> recipient) {
    return ofService(502, REJECTED, message, reply, recipient);
  }

  /**
   * 503: refused for now, again and again; nothing was sent.
   *
   * @param reply the server's code, 400 to 499
   */
  public static ApiException deferred(String message, int reply, Optional<String> recipient) {
    return ofService(503, DEFERRED, message, reply, recipient);
  }

  /** 504: it may have been accepted or not; sending it again may send it twice. */
  public static ApiException unconfirmed(String id) {
    return unconfirmed(id, "the connection was lost");
  }

  /** 504: as {@link #unconfirmed}, since this process ended meanwhile. */
  public static ApiException interrupted(String id) {
    return unconfirmed(id, "the sidecar ended");
  }

  private static ApiException unconfirmed(String id, String what) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("success", false);
    fields.put("message_id", id);
    return new ApiException.OfService(
        504,
        UNCONFIRMED,
        what + " when the server may have accepted the message; it is not sent again",
        fields);
  }

  /** 409: all its recipients want no mail; nothing was sent. */
  public static ApiException suppressed(List<String> recipients) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("success", false);
    fields.put("suppressed", recipients);
    return new ApiException.OfService(
        409, SUPPRESSED, "all recipients are on the list of those who want no mail", fields);
  }

  /** 503: the server cannot be reached or does not let us in; nothing was sent. */
  public static ApiException unreachable(String message) {
    return new ApiException.OfService(
        503, "BACKEND_UNAVAILABLE", message, Map.of("success", false));
  }

  /** 504: there was no time left; nothing was sent. */
  public static ApiException late() {
    return new ApiException.OfService(
        504,
        "BACKEND_TIMEOUT",
        "there was no time left to send the message; it was not sent",
        Map.of("success", false));
  }

  private static ApiException ofService(
      int status, String code, String message, int reply, Optional<String> recipient) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("success", false);
    fields.put("reply_code", reply);
    recipient.ifPresent(r -> fields.put("recipient", r));
    return new ApiException.OfService(status, code, message, fields);
  }
}
