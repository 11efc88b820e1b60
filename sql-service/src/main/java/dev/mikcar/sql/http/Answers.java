package dev.mikcar.sql.http;

/** The JSON answers, their fields in the order of docs/api.md. */
public final class Answers {
  private Answers() {}

  /** A batch that was committed. */
  public record Batch(String status, int statementsExecuted, long totalRowsAffected) {}
}
