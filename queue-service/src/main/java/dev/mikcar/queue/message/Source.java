package dev.mikcar.queue.message;

/** Where messages are taken from: each message in it goes to one consumer at a time. */
public sealed interface Source {
  /** The name of the queue or topic. */
  Name name();

  /** A queue. */
  record Queue(Name name) implements Source {}

  /**
   * What one group has still to see of a topic.
   *
   * @param name the topic
   * @param group the group
   */
  record Group(Name name, Name group) implements Source {}
}
