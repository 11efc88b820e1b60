package dev.mikcar.queue.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Source;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request's path and query as what they mean; errors name the part. */
final class Parameters {
  /** The longest long poll. */
  static final int LONGEST_TIMEOUT = 3_600;

  /** The longest lease: half a day. */
  static final int LONGEST_LEASE = 43_200;

  /** The longest delay: thirty days. */
  static final int LONGEST_DELAY = 2_592_000;

  /** The most messages of one answer. */
  static final int MOST_MESSAGES = 1_000;

  private static final int SERVICE_AND_OPERATION = 2;

  private final RoutingContext routing;

  Parameters(RoutingContext routing) {
    this.routing = routing;
  }

  private String rest(int segments) {
    return ExactPath.after(routing, segments);
  }

  Name queue() {
    return Name.ofQueue(PercentEncoding.decode("the queue", rest(SERVICE_AND_OPERATION)));
  }

  /** The queue of a batch, which has a segment more. */
  Name queueOfBatch() {
    return Name.ofQueue(PercentEncoding.decode("the queue", rest(SERVICE_AND_OPERATION + 1)));
  }

  Name topic() {
    return Name.ofTopic(PercentEncoding.decode("the topic", rest(SERVICE_AND_OPERATION)));
  }

  /** A lease and whose it is: the last segment, and what is before it. */
  Lease lease() {
    String rest = rest(SERVICE_AND_OPERATION);
    int slash = rest.lastIndexOf('/');
    if (slash < 0) {
      throw new ApiException.NotFound("the path has no id after the queue");
    }
    return new Lease(
        Name.ofQueue(PercentEncoding.decode("the queue", rest.substring(0, slash))),
        PercentEncoding.decode("the id", rest.substring(slash + 1)));
  }

  /** What a delivery gave. */
  record Lease(Name name, String id) {}

  /** The group of a topic, when the query names one. */
  Source source() {
    return text("group") == null ? new Source.Queue(queue()) : group(topic());
  }

  Source.Group group(Name topic) {
    String group = text("group");
    return new Source.Group(topic, Name.ofGroup(group == null ? "default" : group));
  }

  private @Nullable String text(String name) {
    return routing.queryParams().get(name);
  }

  Duration timeout() {
    return Duration.ofSeconds(integer("timeout", 0, LONGEST_TIMEOUT).orElse(30));
  }

  Duration delay() {
    return Duration.ofSeconds(integer("delay", 0, LONGEST_DELAY).orElse(0));
  }

  Optional<Duration> leaseTime() {
    return integer("lease", 1, LONGEST_LEASE).map(Duration::ofSeconds);
  }

  int most(String name, int otherwise) {
    return integer(name, 1, MOST_MESSAGES).orElse(otherwise);
  }

  /** How many at most, or all. */
  long mostOrAll(String name) {
    return integer(name, 1, Integer.MAX_VALUE).map(Integer::longValue).orElse(Long.MAX_VALUE);
  }

  private Optional<Integer> integer(String name, int least, int most) {
    String text = text(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return Optional.of(number);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ApiException.BadRequest(
        name + " must be a whole number from " + least + " to " + most);
  }
}
