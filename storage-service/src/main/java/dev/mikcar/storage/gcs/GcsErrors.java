package dev.mikcar.storage.gcs;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Condition;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.jboss.logging.Logger;

/** What the client throws, in our words. */
final class GcsErrors {
  private static final Logger LOG = Logger.getLogger(GcsErrors.class);
  private static final int RETRY_SECONDS = 1;
  private static final String REFUSED = "the store refuses the credentials of the sidecar";

  private GcsErrors() {}

  static Throwable translate(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ApiException) {
        return t;
      }
    }
    return switch (failure) {
      case HttpResponseException e -> byStatus(e);
      case Retryable auth when !auth.isRetryable() -> unavailable(REFUSED, failure);
      case InterruptedIOException e ->
          new ApiException.BackendTimeout("the store did not answer in time");
      case IOException e -> unavailable("the store cannot be reached", e);
      default -> failure;
    };
  }

  private static Throwable byStatus(HttpResponseException e) {
    return switch (e.getStatusCode()) {
      case 400 -> new ApiException.BadRequest("the store does not take this: " + describe(e));
      case 404 ->
          describe(e).contains("bucket does not exist")
              ? unavailable("the bucket does not exist", e)
              : new ApiException.NotFound("no such object");
      case 412 -> Condition.unmet();
      case 401, 403 -> unavailable(REFUSED, e);
      case 408, 504 -> new ApiException.BackendTimeout("the store did not answer in time");
      default -> unavailable("the store cannot do its work now", e);
    };
  }

  private static ApiException unavailable(String message, Throwable cause) {
    LOG.warnf("%s: %s", message, describe(cause));
    return new ApiException.BackendUnavailable(message, RETRY_SECONDS);
  }

  /** Without the URL, which for an upload is as good as a credential. */
  static String describe(Throwable failure) {
    return switch (failure) {
      case GoogleJsonResponseException e when e.getDetails() != null ->
          e.getStatusCode() + " " + e.getDetails().getMessage();
      case HttpResponseException e -> e.getStatusCode() + " " + e.getStatusMessage();
      default -> failure.toString();
    };
  }

  /** For credentials without a key, where Google is asked to sign. */
  static ApiException noSignature(RuntimeException cause) {
    return unavailable(
        "Google does not sign for the sidecar: its service account needs the role Service Account"
            + " Token Creator on itself",
        cause.getCause() == null ? cause : cause.getCause());
  }

  static boolean hasStatus(Throwable failure, int status) {
    return failure instanceof HttpResponseException e && e.getStatusCode() == status;
  }
}
