package dev.mikcar.queue.http;

import java.util.List;

/** The JSON answers, their fields in the order of docs/api.md. */
public final class Answers {
  private Answers() {}

  /** A message was stored. */
  public record Pushed(String status, String queue, String messageId) {}

  /** Messages were stored. */
  public record PushedAll(String status, String queue, List<String> messageIds) {}

  /**
   * A message was published.
   *
   * @param routed whether there was a group that will get it
   */
  public record PublishedTo(String status, String topic, String messageId, boolean routed) {}

  /** A lease was ended or prolonged. */
  public record Settled(String status, String topic, String messageId) {}

  /** How many messages there are. */
  public record Length(String queue, long length, long leased, long delayed) {}

  /** Messages were removed or moved, so many. */
  public record Counted(String status, String queue, long count) {}

  /** What became of a group. */
  public record Grouped(String status, String topic, String group) {}
}
