package dev.mikcar.storage.azure;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ObjectPath;
import java.nio.charset.StandardCharsets;

/**
 * Our paths as names of Azure, which takes a backslash for a slash. So it stands there as a bracket
 * and a character that is for private use and comes after all others: that keeps the order of the
 * bytes, in which a backslash comes next after the bracket.
 */
final class AzureNames {
  private static final String BACKSLASH = "[" + Character.toString(0x10FFFD);

  /** What Azure has at most. */
  private static final int MOST_PARTS = 254;

  private static final int LONGEST = 1024;

  private AzureNames() {}

  /**
   * The name of an object.
   *
   * @throws ApiException.BadRequest when Azure cannot have it
   */
  static String of(String prefix, ObjectPath path) {
    String name = encode(prefix + path.text());
    if (name.length() > LONGEST
        || (prefix + path.text()).getBytes(StandardCharsets.UTF_8).length > ObjectPath.LONGEST) {
      throw new ApiException.BadRequest(
          "the path is too long behind the prefix of the storage: together they have at most "
              + ObjectPath.LONGEST
              + " bytes");
    }
    if (name.chars().filter(c -> c == '/').count() >= MOST_PARTS) {
      throw new ApiException.BadRequest(
          "the path has more parts than Azure can have: " + MOST_PARTS);
    }
    return name;
  }

  /**
   * A part of a name.
   *
   * @throws ApiException.BadRequest when it would come back as another
   */
  static String encode(String text) {
    if (text.contains(BACKSLASH)) {
      throw new ApiException.BadRequest(
          "the path has a character that stands for another in Azure");
    }
    return text.replace("\\", BACKSLASH);
  }

  static String decode(String name) {
    return name.replace(BACKSLASH, "\\");
  }
}
