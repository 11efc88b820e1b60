package dev.mikcar.kv.store;

import dev.mikcar.common.http.EntityTags;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for a write to happen, judged in one atomic step with it.
 *
 * @param absent there must be no such key
 * @param present there must be one
 * @param match its entity tag must be one of these; null: any or none
 * @param noneMatch its entity tag must be none of these; null: any or none
 */
public record Condition(
    boolean absent, boolean present, @Nullable EntityTags match, @Nullable EntityTags noneMatch) {
  /** Always holds. */
  public static final Condition NONE = new Condition(false, false, null, null);

  /** Whether it holds for this entry, null when there is none. */
  public boolean holdsFor(@Nullable Entry current) {
    String etag = current == null ? null : current.etag();
    return !(absent && current != null)
        && !(present && current == null)
        && (match == null || match.matchesStrongly(etag))
        && (noneMatch == null || !noneMatch.matchesWeakly(etag));
  }
}
