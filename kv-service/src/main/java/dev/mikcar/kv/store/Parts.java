package dev.mikcar.kv.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/** Divides a batch into parts that are done one after the other, each at once. */
final class Parts {
  /** As many writes as a disk is asked to sync together. */
  private static final int MOST = 1_000;

  /** Bytes, unless one alone has more; a small part of what may wait on the smallest heap. */
  private static final long LARGEST = 1 << 20;

  private Parts() {}

  /** All of them, in their order. */
  static <T> List<List<T>> of(Collection<T> all, ToLongFunction<T> bytes) {
    List<List<T>> parts = new ArrayList<>();
    List<T> part = new ArrayList<>();
    long size = 0;
    for (T one : all) {
      long more = bytes.applyAsLong(one);
      if (!part.isEmpty() && (part.size() == MOST || size + more > LARGEST)) {
        parts.add(part);
        part = new ArrayList<>();
        size = 0;
      }
      part.add(one);
      size += more;
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }
}
