package dev.mikcar.queue.message;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is sent: bytes, exactly, and headers.
 *
 * @param body the bytes, possibly none; not to be changed
 * @param headers {@code X-Message-*}, names without regard to case
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode are written below.
public record Message(byte[] body, Map<String, String> headers) {
  /** What the names of all headers begin with. */
  public static final String PREFIX = "X-Message-";

  /** The header that orders messages, see {@link #orderingKey()}. */
  public static final String GROUP = PREFIX + "Group";

  /** What the names begin with that only a queue sets, on messages that died. */
  public static final String DEATH = PREFIX + "Death-";

  /** Why a message died. */
  public static final String DEATH_REASON = DEATH + "Reason";

  /** The group of the topic where it died, if it was one. */
  public static final String DEATH_GROUP = DEATH + "Group";

  /** The value of {@link #DEATH_REASON} for a message that was delivered too often. */
  public static final String TOO_MANY_ATTEMPTS = "max_attempts";

  public Message {
    Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    sorted.putAll(headers);
    headers = Collections.unmodifiableMap(sorted);
  }

  /**
   * Messages with the same key are delivered in order, and one at a time: the next one when the one
   * before is acknowledged, or dead. Null: in order only as far as the queue is.
   */
  public @Nullable String orderingKey() {
    return headers.get(GROUP);
  }

  /** How much room it takes, bytes: body and headers. */
  public int size() {
    long size = body.length;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      size += header.getKey().length() + (long) header.getValue().length();
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Message message
        && headers.equals(message.headers)
        && Arrays.equals(body, message.body);
  }

  @Override
  public int hashCode() {
    return 31 * headers.hashCode() + Arrays.hashCode(body);
  }

  @Override
  public String toString() {
    return "Message[" + body.length + " bytes]";
  }
}
