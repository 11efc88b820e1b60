package dev.mikcar.common.error;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer that is not a success. Every layer below HTTP throws one of these and nothing else on
 * purpose; {@link ErrorTranslator} turns whatever else escapes into one. The message is written for
 * the caller: it never holds a credential, a value or an internal name.
 *
 * <p>Statuses follow RFC 9110 section 15, codes follow docs/api.md.
 */
public abstract sealed class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  /** No stack trace: these are answers, built on the hot path, not bugs. */
  private ApiException(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  /** The HTTP status, 400 to 599. */
  public final int status() {
    return status;
  }

  /** The machine-readable code, upper snake case. */
  public final String code() {
    return code;
  }

  /** The sentence for a person; never null. */
  @Override
  public final String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** Headers the answer carries besides the common ones. */
  public Map<String, String> headers() {
    return Map.of();
  }

  /** Fields of the answer's body besides the common ones, see {@link OfService}. */
  public Map<String, Object> fields() {
    return Map.of();
  }

  /** 400: the request is wrong; the message names the field and the reason. */
  public static final class BadRequest extends ApiException {
    private static final long serialVersionUID = 1L;

    public BadRequest(String message) {
      super(400, "BAD_REQUEST", message);
    }
  }

  /** 400: the body is not the JSON that the route takes. */
  public static final class JsonError extends ApiException {
    private static final long serialVersionUID = 1L;

    public JsonError(String message) {
      super(400, "JSON_ERROR", message);
    }
  }

  /** 401: no token or a wrong one. */
  public static final class Unauthorized extends ApiException {
    private static final long serialVersionUID = 1L;

    public Unauthorized(String message) {
      super(401, "UNAUTHORIZED", message);
    }

    @Override
    public Map<String, String> headers() {
      return Map.of("WWW-Authenticate", "Bearer");
    }
  }

  /** 403: known, and not allowed. */
  public static final class Forbidden extends ApiException {
    private static final long serialVersionUID = 1L;

    public Forbidden(String message) {
      super(403, "FORBIDDEN", message);
    }
  }

  /** 404: no such route, or no such thing behind it. */
  public static final class NotFound extends ApiException {
    private static final long serialVersionUID = 1L;

    public NotFound(String message) {
      super(404, "NOT_FOUND", message);
    }
  }

  /** 409: the state forbids it; the code says which state. */
  public static final class Conflict extends ApiException {
    private static final long serialVersionUID = 1L;

    public Conflict(String code, String message) {
      super(409, code, message);
    }
  }

  /** 412: a condition of the request is not met; nothing was changed. */
  public static final class PreconditionFailed extends ApiException {
    private static final long serialVersionUID = 1L;

    public PreconditionFailed(String message) {
      super(412, "PRECONDITION_FAILED", message);
    }
  }

  /** 413: the body is larger than the limit; it was not processed. */
  public static final class PayloadTooLarge extends ApiException {
    private static final long serialVersionUID = 1L;

    public PayloadTooLarge(long limitBytes) {
      super(
          413,
          "PAYLOAD_TOO_LARGE",
          "the body is larger than the limit of " + limitBytes + " bytes");
    }

    /** The rest of the body is not wanted, so the connection cannot be used again. */
    @Override
    public Map<String, String> headers() {
      return Map.of("Connection", "close");
    }
  }

  /** 500: a bug. The cause is in the log under the trace id, never in the answer. */
  public static final class Internal extends ApiException {
    private static final long serialVersionUID = 1L;

    public Internal() {
      super(500, "INTERNAL_ERROR", "an internal error; the log has it under this trace id");
    }
  }

  /** 503: the backend cannot do its work now; asking again later may succeed. */
  public static final class BackendUnavailable extends ApiException {
    private static final long serialVersionUID = 1L;
    private final int retryAfterSeconds;

    public BackendUnavailable(String message, int retryAfterSeconds) {
      super(503, "BACKEND_UNAVAILABLE", message);
      this.retryAfterSeconds = retryAfterSeconds;
    }

    @Override
    public Map<String, String> headers() {
      return Map.of("Retry-After", Integer.toString(retryAfterSeconds));
    }
  }

  /** 504: the backend, or the request as a whole, ran past its time. */
  public static final class BackendTimeout extends ApiException {
    private static final long serialVersionUID = 1L;

    public BackendTimeout(String message) {
      super(504, "BACKEND_TIMEOUT", message);
    }
  }

  /** An error with a code of its service, and with fields that say more, in their order. */
  public static final class OfService extends ApiException {
    private static final long serialVersionUID = 1L;
    private final transient Map<String, Object> fields;

    /**
     * @param fields strings, integers, booleans, or lists of these, by their names in the body
     */
    public OfService(int status, String code, String message, Map<String, Object> fields) {
      super(status, code, message);
      this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    @Override
    public Map<String, Object> fields() {
      return fields;
    }

    /** What is not there now may be there a second later. */
    @Override
    public Map<String, String> headers() {
      return status() == 503 ? Map.of("Retry-After", "1") : Map.of();
    }
  }

  /** Any other status of HTTP itself (405, 406, 414, 415, 431, …), named by its reason phrase. */
  public static final class HttpStatus extends ApiException {
    private static final long serialVersionUID = 1L;
    private final transient Map<String, String> headers;

    public HttpStatus(int status, String code, String message, Map<String, String> headers) {
      super(status, code, message);
      this.headers = Map.copyOf(headers);
    }

    @Override
    public Map<String, String> headers() {
      return headers;
    }
  }
}
