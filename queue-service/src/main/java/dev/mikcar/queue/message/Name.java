package dev.mikcar.queue.message;

import dev.mikcar.common.error.ApiException;
import java.nio.charset.StandardCharsets;

/**
 * The name of a queue, a topic or a group: 1 to {@link #LONGEST} bytes of UTF-8 without control
 * characters, and everything else allowed. Backends escape what their own names cannot hold.
 *
 * <p>A queue whose name ends with {@code .dead} is where the messages of another one end up after
 * too many attempts; the suffix does not count. It has no such queue itself.
 */
public record Name(String text) implements Comparable<Name> {
  /** The longest name, bytes. */
  public static final int LONGEST = 256;

  private static final String DEAD = ".dead";

  /**
   * The queue that a text names.
   *
   * @throws ApiException.BadRequest when it names none
   */
  public static Name ofQueue(String text) {
    return checked("the queue", text, text.endsWith(DEAD));
  }

  /**
   * The topic that a text names. It may not end with {@code .dead}.
   *
   * @throws ApiException.BadRequest when it names none
   */
  public static Name ofTopic(String text) {
    if (text.endsWith(DEAD)) {
      throw new ApiException.BadRequest("a topic's name does not end with " + DEAD);
    }
    return checked("the topic", text, false);
  }

  /**
   * The group of a topic that a text names.
   *
   * @throws ApiException.BadRequest when it names none
   */
  public static Name ofGroup(String text) {
    return checked("the group", text, false);
  }

  private static Name checked(String what, String text, boolean dead) {
    String living = dead ? text.substring(0, text.length() - DEAD.length()) : text;
    if (living.isEmpty()) {
      throw new ApiException.BadRequest(what + " has no name");
    }
    if (dead && living.endsWith(DEAD)) {
      throw new ApiException.BadRequest("a queue of dead messages has none of its own");
    }
    byte[] utf8 = living.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > LONGEST) {
      throw new ApiException.BadRequest(
          what + "'s name is " + utf8.length + " bytes long, at most " + LONGEST + " are allowed");
    }
    // A lone surrogate has no UTF-8 and became '?'.
    if (!new String(utf8, StandardCharsets.UTF_8).equals(living)) {
      throw new ApiException.BadRequest(what + "'s name is not valid Unicode");
    }
    if (living.chars().anyMatch(Character::isISOControl)) {
      throw new ApiException.BadRequest(what + "'s name has a control character");
    }
    return new Name(text);
  }

  /** Whether it is a queue of dead messages. */
  public boolean isDead() {
    return text.endsWith(DEAD);
  }

  /** The queue of the messages that died here; only for one that is none itself. */
  public Name dead() {
    return new Name(text + DEAD);
  }

  /** The queue or topic whose dead messages are here; only for a queue of dead messages. */
  public Name living() {
    return new Name(text.substring(0, text.length() - DEAD.length()));
  }

  @Override
  public int compareTo(Name other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
