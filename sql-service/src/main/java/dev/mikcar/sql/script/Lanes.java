package dev.mikcar.sql.script;

import java.util.LinkedHashMap;
import java.util.Optional;

/** The lanes of those texts whose scripts have lately lost to others. For any thread. */
final class Lanes {
  private static final int MOST = 64;

  private final int width;

  /** In the order of their use, the longest unused first. */
  private final LinkedHashMap<String, Lane> lanes = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param width how many scripts run at the same time at most
   */
  Lanes(int width) {
    this.width = width;
  }

  /** The lane that a script has to take; empty when it may run at once. */
  synchronized Optional<Lane> of(String source) {
    Lane lane = lanes.isEmpty() ? null : lanes.get(source);
    if (lane != null && lane.isOpen()) {
      lanes.remove(source);
      return Optional.empty();
    }
    return Optional.ofNullable(lane);
  }

  /** A script of this text has lost to others. */
  synchronized void lose(String source) {
    lanes.computeIfAbsent(source, _ -> new Lane(width, System::nanoTime)).lose();
    if (lanes.size() > MOST) {
      lanes.pollFirstEntry();
    }
  }
}
