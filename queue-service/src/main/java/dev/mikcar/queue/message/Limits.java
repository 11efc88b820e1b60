package dev.mikcar.queue.message;

import dev.mikcar.common.error.ApiException;
import java.util.Map;

/**
 * The limits of queues, by the name of a queue or topic; {@code ""} is the one of all others. The
 * queue of dead messages has the limits of its queue, but for attempts.
 *
 * @param attempts after how many deliveries a message dies
 * @param inFlight how many messages of a source may be leased at a time
 * @param length how many messages a source may hold
 */
public record Limits(
    Map<String, Integer> attempts, Map<String, Integer> inFlight, Map<String, Integer> length) {
  /** What holds for every queue that is not named. */
  public static final String OTHERS = "";

  public Limits {
    attempts = Map.copyOf(attempts);
    inFlight = Map.copyOf(inFlight);
    length = Map.copyOf(length);
  }

  /** The same limits for all. */
  public static Limits ofAll(int attempts, int inFlight, int length) {
    return new Limits(Map.of(OTHERS, attempts), Map.of(OTHERS, inFlight), Map.of(OTHERS, length));
  }

  /** After how many deliveries a message dies: never in a queue of dead messages. */
  public int attempts(Source source) {
    return source.name().isDead() ? Integer.MAX_VALUE : limit(attempts, source);
  }

  public int inFlight(Source source) {
    return limit(inFlight, source);
  }

  public int length(Source source) {
    return limit(length, source);
  }

  private static int limit(Map<String, Integer> limits, Source source) {
    Name name = source.name().isDead() ? source.name().living() : source.name();
    Integer own = limits.get(name.text());
    return own != null ? own : limits.getOrDefault(OTHERS, Integer.MAX_VALUE);
  }

  /** 429, when a source is as long as it may be. */
  public static ApiException full(Source source) {
    return new ApiException.HttpStatus(
        429,
        "RATE_LIMITED",
        "'" + source.name() + "' holds as many messages as it may",
        Map.of("Retry-After", "1"));
  }

  /** 501, for what a backend cannot do. */
  public static ApiException notSupported(String what, String backend) {
    return new ApiException.OfService(
        501, "NOT_SUPPORTED", what + " cannot be had on " + backend, Map.of());
  }
}
