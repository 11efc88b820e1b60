package dev.mikcar.kv.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON answers, their fields in the order of docs/api.md. */
public final class Answers {
  private Answers() {}

  /** One key was set. */
  public record Stored(String status, String key) {}

  /** Many keys were set. */
  public record Counted(String status, int count) {}

  /** Keys were deleted, so many of which existed. */
  public record Deleted(String status, int deleted) {}

  /**
   * Keys that match.
   *
   * @param truncated true when there are more; else null, and not written
   */
  public record Listing(
      List<String> keys, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean truncated) {
    static Listing of(List<String> keys, boolean truncated) {
      return new Listing(keys, truncated ? true : null);
    }
  }

  /**
   * A page of a scan.
   *
   * @param cursor to go on with; null at the end
   */
  public record Page(List<String> keys, @Nullable String cursor) {}
}
