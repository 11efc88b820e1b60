package dev.mikcar.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;

/** The error body of docs/api.md. */
final class ApiError {
  private ApiError() {}

  static void check(Response answer, int status, String code) {
    String trace = answer.header("X-Trace-ID").orElse("(no X-Trace-ID)");
    assertThat(answer.status()).as("the status of %s", answer).isEqualTo(status);
    assertThat(answer.header("Content-Type")).contains("application/json");
    assertThat(answer.text())
        .startsWith("{\"error\":\"")
        .endsWith(
            "\",\"code\":\"%s\",\"status\":%d,\"trace_id\":\"%s\"}".formatted(code, status, trace));
  }
}
