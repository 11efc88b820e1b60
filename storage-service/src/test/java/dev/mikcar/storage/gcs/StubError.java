package dev.mikcar.storage.gcs;

/** What the stub refuses, as the JSON API says it. */
final class StubError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String reason;

  StubError(int status, String reason, String message) {
    super(message);
    this.status = status;
    this.reason = reason;
  }

  static StubError invalid(String message) {
    return new StubError(400, "invalid", message);
  }

  static StubError unmet() {
    return new StubError(
        412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
  }

  static StubError noObject(String bucket, String name) {
    return new StubError(404, "notFound", "No such object: " + bucket + "/" + name);
  }

  int status() {
    return status;
  }

  String reason() {
    return reason;
  }
}
