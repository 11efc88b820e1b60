package dev.mikcar.secrets.env;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.SecretName;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of secrets as names of variables, and back, each the other's inverse: behind the prefix, a
 * letter is upper-case, a slash is two underscores and a hyphen is three; digits and underscores
 * stay. So {@code db/read-only} is {@code DB__READ___ONLY}.
 */
record VariableNames(String prefix) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9_/-]+");
  private static final Pattern AMBIGUOUS = Pattern.compile("[_/-]{2}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Z0-9]+(_{1,3}[A-Z0-9]+)*");

  /**
   * @throws ApiException.BadRequest when no variable is called so
   */
  String variable(SecretName name) {
    String text = name.text();
    if (!NAME.matcher(text).matches()
        || AMBIGUOUS.matcher(text).find()
        || "_-".indexOf(text.charAt(0)) >= 0
        || "_-".indexOf(text.charAt(text.length() - 1)) >= 0) {
      throw new ApiException.BadRequest(
          "in env:// a name has lower-case letters and digits, with single '/', '-' or '_'"
              + " between them");
    }
    return prefix + text.replace("-", "___").replace("/", "__").toUpperCase(Locale.ROOT);
  }

  /** Empty when it is the variable of no secret. */
  Optional<SecretName> name(String variable) {
    if (!variable.startsWith(prefix)) {
      return Optional.empty();
    }
    String rest = variable.substring(prefix.length());
    return VARIABLE.matcher(rest).matches()
        ? Optional.of(
            new SecretName(rest.replace("___", "-").replace("__", "/").toLowerCase(Locale.ROOT)))
        : Optional.empty();
  }
}
