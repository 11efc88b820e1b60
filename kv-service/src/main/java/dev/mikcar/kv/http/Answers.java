package dev.mikcar.kv.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON answers, their fields in the order of docs/api.md. */
public final class Answers {
  private Answers() {}

  /** One key was set. */
  @Schema(name = "KvStored")
  public record Stored(String status, String key) {}

  /** Many keys were set. */
  @Schema(name = "KvCounted")
  public record Counted(String status, int count) {}

  /** Keys were deleted, so many of which existed. */
  @Schema(name = "KvDeleted")
  public record Deleted(String status, int deleted) {}

  /** The sum of an increment. */
  @Schema(name = "KvSum")
  public record Sum(long value) {}

  /** Whether there is a key. */
  @Schema(name = "KvExistence")
  public record Existence(boolean exists) {}

  /** Seconds to live; -1 without an end, -2 without a key. */
  @Schema(name = "KvTimeToLive")
  public record TimeToLive(@Schema(minimum = "-2") long ttl) {}

  /**
   * What became of a change of the time to live.
   *
   * @param status {@code ok} or {@code key_not_found}
   */
  @Schema(name = "KvOutcome")
  public record Outcome(@Schema(enumeration = {"ok", "key_not_found"}) String status) {
    static Outcome of(boolean found) {
      return new Outcome(found ? "ok" : "key_not_found");
    }
  }

  /**
   * Keys that match.
   *
   * @param truncated true when there are more; else null, and not written
   */
  @Schema(name = "KvKeys")
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
  @Schema(name = "KvPage")
  public record Page(List<String> keys, @Nullable String cursor) {}
}
