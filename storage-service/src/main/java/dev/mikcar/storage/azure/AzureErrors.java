package dev.mikcar.storage.azure;

import com.azure.core.exception.AzureException;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobStorageException;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/** What the client throws, in our words. */
final class AzureErrors {
  private static final Logger LOG = Logger.getLogger(AzureErrors.class);
  private static final int RETRY_SECONDS = 1;

  /** Answers that mean that the name of the object is not one that Azure can have. */
  private static final Set<BlobErrorCode> BAD_NAME =
      Set.of(
          BlobErrorCode.INVALID_RESOURCE_NAME,
          BlobErrorCode.INVALID_URI,
          BlobErrorCode.OUT_OF_RANGE_INPUT);

  private AzureErrors() {}

  static Throwable translate(Throwable failure) {
    Throwable cause = Exceptions.unwrap(failure);
    if (cause instanceof CompletionException && cause.getCause() != null) {
      cause = Exceptions.unwrap(cause.getCause());
    }
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof ApiException) {
        return t;
      }
    }
    return switch (cause) {
      case BlobStorageException e -> byAnswer(e);
      case ClientAuthenticationException e ->
          unavailable("the sidecar has no identity that Azure knows", e);
      case AzureException e -> unreached(e);
      case IOException e -> unreached(e);
      case UncheckedIOException e -> unreached(e);
      case TimeoutException e -> unreached(e);
      default -> cause;
    };
  }

  private static ApiException byAnswer(BlobStorageException e) {
    // A HEAD has no body to say it in; an answer that is not Azure's may have none at all.
    @Nullable BlobErrorCode code = e.getErrorCode();
    if (BlobErrorCode.CONTAINER_NOT_FOUND.equals(code)
        || BlobErrorCode.CONTAINER_BEING_DELETED.equals(code)) {
      return unavailable("the container does not exist", e);
    }
    if (BlobErrorCode.INVALID_BLOCK_LIST.equals(code)) {
      return unavailable("another write of this object came in between; nothing was changed", e);
    }
    if (code != null && BAD_NAME.contains(code)) {
      return new ApiException.BadRequest("Azure cannot have an object of this path");
    }
    if (code != null && code.toString().startsWith("LeaseId")) {
      return new ApiException.Conflict("CONFLICT", "somebody holds a lease of the object");
    }
    return switch (e.getStatusCode()) {
      case 404 -> new ApiException.NotFound("no such object");
      case 412 -> Condition.unmet();
      case 409 ->
          BlobErrorCode.BLOB_ALREADY_EXISTS.equals(code) ? Condition.unmet() : conflict(code);
      case 401, 403 -> unavailable("the store refuses the credentials of the sidecar", e);
      default -> unavailable("the store cannot do its work now", e);
    };
  }

  private static ApiException conflict(@Nullable BlobErrorCode code) {
    LOG.warnf("Azure refuses a change: %s", code);
    return new ApiException.Conflict(
        "CONFLICT", "the state of the object in Azure forbids it: " + code);
  }

  private static ApiException unreached(Exception failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof HttpConnectTimeoutException) {
        break;
      }
      if (t instanceof TimeoutException || t instanceof HttpTimeoutException) {
        return new ApiException.BackendTimeout("the store did not answer in time");
      }
    }
    return unavailable("the store cannot be reached", failure);
  }

  /** Only the first line: the rest may be a whole answer, which may quote what was signed. */
  private static ApiException unavailable(String message, Exception cause) {
    String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    LOG.warnf("%s: %s", message, cause instanceof BlobStorageException b ? answer(b) : why);
    return new ApiException.BackendUnavailable(message, RETRY_SECONDS);
  }

  private static String answer(BlobStorageException e) {
    return e.getStatusCode() + " " + e.getErrorCode();
  }
}
