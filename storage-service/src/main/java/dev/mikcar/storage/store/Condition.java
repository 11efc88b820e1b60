package dev.mikcar.storage.store;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for an object to be written or deleted, judged in one step with it.
 *
 * @param match its entity tag must be one of these; null: any or none
 * @param noneMatch its entity tag must be none of these; null: any or none
 */
public record Condition(@Nullable EntityTags match, @Nullable EntityTags noneMatch) {
  /** Always holds. */
  public static final Condition NONE = new Condition(null, null);

  /** Whether it holds whatever there is. */
  public boolean isNone() {
    return match == null && noneMatch == null;
  }

  /** Whether it is that there is no object yet, and nothing else. */
  public boolean isAbsence() {
    return match == null && noneMatch != null && noneMatch.any();
  }

  /**
   * Judges an object.
   *
   * @param etag that of the object; null when there is none
   * @throws ApiException.PreconditionFailed when it does not hold
   */
  public void require(@Nullable String etag) {
    if ((match != null && !match.matchesStrongly(etag))
        || (noneMatch != null && noneMatch.matchesWeakly(etag))) {
      throw unmet();
    }
  }

  /** The error for one that does not hold. */
  public static ApiException unmet() {
    return new ApiException.PreconditionFailed("the condition of the request is not met");
  }
}
