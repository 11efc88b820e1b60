package dev.mikcar.secrets.store;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.PercentEncoding;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What stands behind the scheme of a URL of a store: {@code place[?option=value&…]}.
 *
 * @param place a host and port, a region, a project; not checked
 * @param options by their names, percent-decoded, none of them blank; may hold credentials
 */
public record StoreUrl(String place, Map<String, String> options) {
  /**
   * Takes it apart.
   *
   * @param known the options there are
   * @throws IllegalArgumentException with a message that says what is wrong and holds no credential
   */
  public static StoreUrl parse(String rest, Set<String> known) {
    int question = rest.indexOf('?');
    Map<String, String> options = new TreeMap<>();
    String query = question < 0 ? "" : rest.substring(question + 1);
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String option = equals < 0 ? pair : pair.substring(0, equals);
      if (equals < 0 || !known.contains(option)) {
        throw new IllegalArgumentException(
            "there is no such option; there are " + new TreeSet<>(known));
      }
      String value = decoded(option, pair.substring(equals + 1));
      if (value.isBlank() || options.put(option, value) != null) {
        throw new IllegalArgumentException(option + " is empty, or there twice");
      }
    }
    String place = question < 0 ? rest : rest.substring(0, question);
    return new StoreUrl(
        place.endsWith("/") ? place.substring(0, place.length() - 1) : place, options);
  }

  /** A plus stays a plus: keys are often base64. */
  private static String decoded(String option, String value) {
    try {
      return PercentEncoding.decode(option, value);
    } catch (ApiException.BadRequest e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  public Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /**
   * An option that is a path.
   *
   * @throws IllegalArgumentException when it is no path
   */
  public Optional<Path> path(String name) {
    try {
      return option(name).map(Path::of);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(name + " is no path", e);
    }
  }

  /**
   * Scheme, host and port of an endpoint.
   *
   * @throws IllegalArgumentException when it is none
   */
  public Optional<URI> endpoint() {
    return option("endpoint").map(StoreUrl::root);
  }

  private static URI root(String text) {
    try {
      URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (uri.getHost() != null
          && Set.of("http", "https").contains(uri.getScheme())
          && uri.getRawUserInfo() == null
          && uri.getRawPath().isEmpty()
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException("endpoint is not http:// or https:// with a host alone");
  }

  @Override
  public String toString() {
    return "StoreUrl[" + place + "]";
  }
}
