package dev.mikcar.test;

import static org.assertj.core.api.Assertions.assertThat;

/** The error body of docs/api.md. */
public final class ApiError {
  private ApiError() {}

  /** The whole shape: every field, the status in line and body, the trace id in header and body. */
  public static void check(Response answer, int status, String code) {
    String trace = answer.header("X-Trace-ID").orElse("(no X-Trace-ID)");
    assertThat(answer.status()).as("the status of %s", answer).isEqualTo(status);
    assertThat(answer.header("Content-Type")).contains("application/json");
    assertThat(answer.text())
        .startsWith("{\"error\":\"")
        .endsWith(
            "\",\"code\":\"%s\",\"status\":%d,\"trace_id\":\"%s\"}".formatted(code, status, trace));
    assertThat(sentence(answer)).as("the sentence").isNotBlank();
  }

  /** The sentence for people, JSON-escaped. */
  public static String sentence(Response answer) {
    String text = answer.text();
    int end = text.lastIndexOf("\",\"code\":\"");
    return end < 0 ? "" : text.substring("{\"error\":\"".length(), end);
  }
}
