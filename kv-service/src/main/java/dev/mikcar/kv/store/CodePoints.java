package dev.mikcar.kv.store;

import java.util.Map;
import java.util.TreeMap;

/**
 * A set of characters as ranges that do not touch, so that looking one up takes logarithmic time.
 */
final class CodePoints {
  /** The last of each range by its first. */
  private final TreeMap<Integer, Integer> ranges = new TreeMap<>();

  /** From one to another, both included. */
  void add(int first, int last) {
    int from = first;
    int to = last;
    Map.Entry<Integer, Integer> overlapping = ranges.floorEntry(to + 1);
    while (overlapping != null && overlapping.getValue() >= from - 1) {
      from = Math.min(from, overlapping.getKey());
      to = Math.max(to, overlapping.getValue());
      ranges.remove(overlapping.getKey());
      overlapping = ranges.floorEntry(to + 1);
    }
    ranges.put(from, to);
  }

  boolean contains(int c) {
    Map.Entry<Integer, Integer> range = ranges.floorEntry(c);
    return range != null && range.getValue() >= c;
  }
}
