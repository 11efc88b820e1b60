package dev.mikcar.sql.script;

import java.nio.charset.StandardCharsets;

/**
 * What a script came to.
 *
 * @param result as JSON
 * @param queries how many statements it ran
 */
public record ScriptOutcome(String result, int queries) {
  /** The answer of {@code /sql/script}. */
  public byte[] json() {
    return ("{\"result\":" + result + ",\"queries_executed\":" + queries + "}")
        .getBytes(StandardCharsets.UTF_8);
  }
}
