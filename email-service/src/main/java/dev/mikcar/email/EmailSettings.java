package dev.mikcar.email;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Units;
import dev.mikcar.email.mail.Limits;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of email besides its URL, under the names of docs/settings.md.
 *
 * @param limits how large a message may be
 */
record EmailSettings(Limits limits) {
  /**
   * Reads and checks all of them.
   *
   * @param lookup gives a variable's text
   * @throws SettingException naming the first that cannot be used
   */
  static EmailSettings read(Function<String, Optional<String>> lookup) {
    return new EmailSettings(
        new Limits(
            lookup
                .apply("EMAIL_MAX_SIZE")
                .map(text -> Units.bytes("EMAIL_MAX_SIZE", text))
                .orElse(32L << 20),
            number("EMAIL_MAX_RECIPIENTS", lookup, 100),
            number("EMAIL_MAX_ATTACHMENTS", lookup, 50)));
  }

  private static int number(
      String variable, Function<String, Optional<String>> lookup, int otherwise) {
    Optional<String> given = lookup.apply(variable);
    if (given.isEmpty()) {
      return otherwise;
    }
    if (given.get().matches("0*[1-9]\\d{0,4}")) {
      return Integer.parseInt(given.get());
    }
    throw new SettingException(
        variable, "'" + given.get() + "' is no such number", "a number from 1 to 99999");
  }
}
