package dev.mikcar.storage.s3;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Condition;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the client throws, in our words. */
final class S3Errors {
  private static final Logger LOG = Logger.getLogger(S3Errors.class);
  private static final int RETRY_SECONDS = 1;

  private S3Errors() {}

  static Throwable translate(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof ApiException) {
        return t;
      }
    }
    return switch (cause) {
      case NoSuchBucketException e -> unavailable("the bucket does not exist", e);
      case S3Exception e -> byStatus(e);
      case SdkException e when isTimeout(e) ->
          new ApiException.BackendTimeout("the store did not answer in time");
      case SdkException e -> unavailable("the store cannot be reached", e);
      default -> cause;
    };
  }

  private static Throwable byStatus(S3Exception e) {
    return switch (e.statusCode()) {
      case 404 -> new ApiException.NotFound("no such object");
      // 409: of two conditional writes at the same time, the other one came first.
      case 409, 412 -> Condition.unmet();
      case 401, 403 -> unavailable("the store refuses the credentials of the sidecar", e);
      default -> unavailable("the store cannot do its work now", e);
    };
  }

  private static ApiException unavailable(String message, SdkException cause) {
    LOG.warnf("%s: %s", message, cause.getMessage());
    return new ApiException.BackendUnavailable(message, RETRY_SECONDS);
  }

  private static boolean isTimeout(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof TimeoutException
          || t instanceof ApiCallTimeoutException
          || t instanceof ApiCallAttemptTimeoutException
          || String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT).contains("read timed out")) {
        return true;
      }
    }
    return false;
  }
}
