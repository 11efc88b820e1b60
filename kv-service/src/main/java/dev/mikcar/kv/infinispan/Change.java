package dev.mikcar.kv.infinispan;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Entry;

/**
 * What is to become of a key, and what its caller is told.
 *
 * @param <R> the type of the answer
 */
sealed interface Change<R> {
  /** Nothing. */
  record None<R>(R result) implements Change<R> {}

  /** It has this entry. */
  record Put<R>(Entry entry, R result) implements Change<R> {}

  /** It is gone. */
  record Remove<R>(R result) implements Change<R> {}

  /** Nothing, and the caller is told why. */
  record Refuse<R>(ApiException refusal) implements Change<R> {}

  /**
   * What the caller is told.
   *
   * @throws ApiException when the change was refused
   */
  static <R> R result(Change<R> change) {
    return switch (change) {
      case None<R> none -> none.result();
      case Put<R> put -> put.result();
      case Remove<R> remove -> remove.result();
      case Refuse<R> refuse -> throw refuse.refusal();
    };
  }
}
