package dev.mikcar.queue;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.settings.SettingException;
import dev.mikcar.queue.message.Limits;
import dev.mikcar.queue.message.Name;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The settings of queue, under the names of docs/settings.md. */
final class QueueSettings {
  private static final int ATTEMPTS = 5;
  private static final int IN_FLIGHT = 100_000;
  private static final int LENGTH = 1_000_000;
  private static final String ACCEPTED =
      "a whole number from 1 for all queues, and after it NAME=NUMBER for single ones, "
          + "separated by commas, names percent-encoded: 5,mails=20";

  private QueueSettings() {}

  /**
   * @param lookup gives a variable's text, empty when it is not set
   * @throws SettingException when one cannot be used
   */
  static Limits limits(Function<String, Optional<String>> lookup) {
    return new Limits(
        limit("QUEUE_MAX_ATTEMPTS", ATTEMPTS, lookup),
        limit("QUEUE_MAX_IN_FLIGHT", IN_FLIGHT, lookup),
        limit("QUEUE_MAX_LENGTH", LENGTH, lookup));
  }

  private static Map<String, Integer> limit(
      String variable, int usual, Function<String, Optional<String>> lookup) {
    Map<String, Integer> limits = new HashMap<>(Map.of(Limits.OTHERS, usual));
    for (String part : lookup.apply(variable).orElse("").split(",", -1)) {
      String text = part.strip();
      if (!text.isEmpty()) {
        int equals = text.lastIndexOf('=');
        String name = equals < 0 ? Limits.OTHERS : name(variable, text.substring(0, equals));
        limits.put(name, number(variable, text.substring(equals + 1).strip()));
      }
    }
    return limits;
  }

  private static String name(String variable, String text) {
    try {
      return Name.ofQueue(PercentEncoding.decode("the name", text.strip())).text();
    } catch (ApiException e) {
      throw new SettingException(variable, e.getMessage(), ACCEPTED);
    }
  }

  private static int number(String variable, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new SettingException(variable, "'" + text + "' is no limit", ACCEPTED);
  }
}
