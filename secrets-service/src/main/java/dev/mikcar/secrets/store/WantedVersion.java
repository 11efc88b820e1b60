package dev.mikcar.secrets.store;

import dev.mikcar.common.error.ApiException;
import org.jspecify.annotations.Nullable;

/** Which version of a secret is asked for. */
public sealed interface WantedVersion {
  /** The newest that can be read. */
  record Current() implements WantedVersion {}

  /** The one that can be read and was current before {@link Current}. */
  record Previous() implements WantedVersion {}

  /**
   * This one.
   *
   * @param version as the store calls it, or a stage of AWS
   */
  record Exact(String version) implements WantedVersion {}

  /**
   * Reads the parameter {@code version}. AWS's names of stages are understood on every store.
   *
   * @param text null or empty for the current one
   * @throws ApiException.BadRequest when it is none
   */
  static WantedVersion parse(@Nullable String text) {
    return switch (text) {
      case null -> new Current();
      case "", "current", "latest", "AWSCURRENT" -> new Current();
      case "previous", "AWSPREVIOUS" -> new Previous();
      default -> {
        if (!text.matches("[A-Za-z0-9_.-]{1,256}") || text.matches("\\.+")) {
          throw new ApiException.BadRequest(
              "version must be one that the store gave, current or previous");
        }
        yield new Exact(text);
      }
    };
  }
}
