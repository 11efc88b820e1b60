package dev.mikcar.secrets.aws;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.log.LastingTrouble;
import dev.mikcar.secrets.store.SecretStore;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.model.SecretsManagerException;

/**
 * What the client throws, in our words. The codes are those of
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html and of each
 * operation.
 */
final class AwsErrors {
  private static final Logger LOG = Logger.getLogger(AwsErrors.class);
  private static final String REFUSED = "it refuses the credentials of the sidecar";

  private final LastingTrouble trouble = new LastingTrouble(LOG, "AWS Secrets Manager");

  Throwable translate(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case SecretsManagerException e -> byCode(e);
      case ApiCallTimeoutException e -> timeout();
      case ApiCallAttemptTimeoutException e -> timeout();
      case SdkException e -> unavailable("the service cannot be reached", e);
      default -> cause;
    };
  }

  private static ApiException timeout() {
    return new ApiException.BackendTimeout("AWS did not answer in time");
  }

  private static String code(SecretsManagerException e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }

  private ApiException byCode(SecretsManagerException e) {
    return switch (code(e)) {
      case "ResourceNotFoundException" -> SecretStore.noVersion();
      case "ResourceExistsException" -> SecretStore.exists();
      // The state of the secret forbids it: it is about to be deleted, so there is none.
      case "InvalidRequestException" -> SecretStore.notFound();
      case "InvalidParameterException", "ValidationException" ->
          new ApiException.BadRequest("AWS does not take this name, value or version");
      case "AccessDeniedException" ->
          new ApiException.Forbidden("AWS does not let the sidecar do this");
      case "LimitExceededException" ->
          new ApiException.Conflict("LIMIT_EXCEEDED", "a limit of AWS is reached");
      case "UnrecognizedClientException",
          "InvalidSignatureException",
          "SignatureDoesNotMatch",
          "InvalidClientTokenId",
          "InvalidAccessKeyId",
          "IncompleteSignature",
          "MissingAuthenticationToken",
          "ExpiredTokenException",
          "RequestExpired" ->
          unavailable(REFUSED, e);
      default -> unavailable(e.statusCode() == 403 ? REFUSED : "it cannot do its work now", e);
    };
  }

  /** The message of the client holds no value: what it prints of those is masked. */
  private ApiException unavailable(String message, SdkException cause) {
    trouble.is(message, cause);
    return new ApiException.BackendUnavailable("AWS Secrets Manager: " + message, 1);
  }

  void isOver() {
    trouble.isOver();
  }
}
