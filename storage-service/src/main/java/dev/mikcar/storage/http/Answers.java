package dev.mikcar.storage.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON answers, their fields in the order of docs/api.md. */
public final class Answers {
  private Answers() {}

  /** An object was written; its tag in quotes, as the header says it. */
  @Schema(name = "StorageCreated")
  public record Created(String status, String path, long size, String eTag) {}

  /** Something was done to an object. */
  @Schema(name = "StorageDone")
  public record Done(String status, String path) {}

  /** Objects were deleted, and each has its result. */
  @Schema(name = "StorageDeletions")
  public record Batch(int deleted, List<Result> results) {}

  /**
   * What became of one.
   *
   * @param status {@code deleted}, {@code not_found} or {@code failed}
   * @param error why it failed, else null
   */
  @Schema(name = "StorageDeletion")
  public record Result(
      String path,
      String status,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String error) {}

  /** A URL that works without a token until then. */
  @Schema(name = "StorageSigned")
  public record Signed(URI url, Instant expiresAt) {}
}
