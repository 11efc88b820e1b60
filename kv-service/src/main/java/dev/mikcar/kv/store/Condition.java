package dev.mikcar.kv.store;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for a write to happen, judged in one atomic step with it.
 *
 * @param absent there must be no such key
 * @param present there must be one
 * @param oneOf there must be one, whose {@link Entry#fingerprint} is one of these; null: any or
 *     none
 * @param noneOf its fingerprint must be none of these
 */
public record Condition(
    boolean absent, boolean present, @Nullable Set<String> oneOf, Set<String> noneOf) {
  /** Always holds. */
  public static final Condition NONE = new Condition(false, false, null, Set.of());

  /** There must be no such key. */
  public static final Condition ABSENT = new Condition(true, false, null, Set.of());

  /** There must be such a key. */
  public static final Condition PRESENT = new Condition(false, true, null, Set.of());

  /** The key must be there, with this fingerprint. */
  public static Condition has(String fingerprint) {
    return new Condition(false, false, Set.of(fingerprint), Set.of());
  }

  /** Whether it holds for this entry, null when there is none. */
  public boolean holdsFor(@Nullable Entry current) {
    if (current == null) {
      return !present && oneOf == null;
    }
    String fingerprint = current.fingerprint();
    return !absent
        && (oneOf == null || oneOf.contains(fingerprint))
        && !noneOf.contains(fingerprint);
  }
}
