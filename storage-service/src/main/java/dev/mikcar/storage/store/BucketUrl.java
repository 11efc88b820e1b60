package dev.mikcar.storage.store;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.PercentEncoding;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What stands behind the scheme of a URL of a bucket: {@code name[/prefix][?option=value&…]}.
 *
 * @param name of the bucket, whatever the store calls it; not checked
 * @param prefix what stands in front of every path, with a slash at its end; may be empty
 * @param options by their names, percent-decoded, none of them blank; may hold secrets
 */
public record BucketUrl(String name, String prefix, Map<String, String> options) {
  /**
   * Takes it apart.
   *
   * @param known the options there are
   * @throws IllegalArgumentException with a message that says what is wrong and holds no secret
   */
  public static BucketUrl parse(String rest, Set<String> known) {
    int question = rest.indexOf('?');
    String place = question < 0 ? rest : rest.substring(0, question);
    int slash = place.indexOf('/');
    String prefix = slash < 0 ? "" : place.substring(slash + 1);
    return new BucketUrl(
        slash < 0 ? place : place.substring(0, slash),
        prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/",
        options(question < 0 ? "" : rest.substring(question + 1), known));
  }

  private static Map<String, String> options(String query, Set<String> known) {
    Map<String, String> options = new TreeMap<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String option = equals < 0 ? pair : pair.substring(0, equals);
      if (equals < 0 || !known.contains(option)) {
        throw new IllegalArgumentException(
            "there is no such option; there are " + new TreeSet<>(known));
      }
      String value = decoded(option, pair.substring(equals + 1));
      if (value.isBlank()) {
        throw new IllegalArgumentException(option + " is empty");
      }
      options.put(option, value);
    }
    return options;
  }

  /** A plus stays a plus: keys are often base64. */
  private static String decoded(String option, String value) {
    try {
      return PercentEncoding.decode(option, value);
    } catch (ApiException.BadRequest e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "BucketUrl[" + name + "]";
  }
}
