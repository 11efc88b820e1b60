package dev.mikcar.kv.infinispan;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Entry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of a key, and what its caller is told.
 *
 * @param <R> the type of the answer
 */
final class Change<R> {
  enum Kind {
    NONE,
    PUT,
    REMOVE
  }

  private final Kind kind;
  private final @Nullable Entry entry;
  private final @Nullable R result;
  private final @Nullable ApiException refusal;

  private Change(
      Kind kind, @Nullable Entry entry, @Nullable R result, @Nullable ApiException refusal) {
    this.kind = kind;
    this.entry = entry;
    this.result = result;
    this.refusal = refusal;
  }

  static <R> Change<R> none(R result) {
    return new Change<>(Kind.NONE, null, result, null);
  }

  static <R> Change<R> put(Entry entry, R result) {
    return new Change<>(Kind.PUT, entry, result, null);
  }

  static <R> Change<R> remove(R result) {
    return new Change<>(Kind.REMOVE, null, result, null);
  }

  static <R> Change<R> refuse(ApiException refusal) {
    return new Change<>(Kind.NONE, null, null, refusal);
  }

  Kind kind() {
    return kind;
  }

  /** The entry of a {@link Kind#PUT}. */
  Entry entry() {
    return Objects.requireNonNull(entry);
  }

  /**
   * @throws ApiException when the change was refused
   */
  R result() {
    if (refusal != null) {
      throw refusal;
    }
    return Objects.requireNonNull(result);
  }
}
