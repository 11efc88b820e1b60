package dev.mikcar.common.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path as the caller sent it. Routers normalise paths (RFC 3986 section 6.2.2): they drop dot
 * segments and merge slashes, so that the keys {@code a/../b} and {@code a//b} could not be told
 * from others. Here the router matches on a path in which such segments are masked, and resources
 * read names from the path as it came, through {@link #after}.
 */
public final class ExactPath {
  private static final String EXACT = ExactPath.class.getName();

  private final Set<String> prefixes;
  private final @Nullable String root;

  /**
   * @param prefixes the first segments that are taken as they are
   * @param root what stands in front of a path that begins with none of them
   */
  ExactPath(Set<String> prefixes, Optional<String> root) {
    this.prefixes = Set.copyOf(prefixes);
    this.root = root.orElse(null);
  }

  /**
   * What follows the first segments of the exact path, still percent-encoded: {@code after(r, 2)}
   * of {@code /kv/get/a//b} is {@code a//b}; the empty string when there is nothing.
   */
  public static String after(RoutingContext routing, int segments) {
    String path = of(routing);
    int slash = 0;
    for (int i = 0; i < segments; i++) {
      slash = path.indexOf('/', slash + 1);
      if (slash < 0) {
        return "";
      }
    }
    return path.substring(slash + 1);
  }

  /** Whether the exact path begins so. */
  public static boolean isBelow(RoutingContext routing, String prefix) {
    return of(routing).startsWith(prefix);
  }

  private static String of(RoutingContext routing) {
    String exact = routing.get(EXACT);
    return exact != null ? exact : routed(routing);
  }

  /**
   * Puts the root in front and hides what the router would change.
   *
   * @return whether the request was sent on to another path, and will come back
   */
  boolean reroutes(RoutingContext routing) {
    if (routing.get(EXACT) != null) {
      return false;
    }
    String path = routed(routing);
    PercentEncoding.decode("the path", path);
    String query = routing.request().query();
    if (query != null) {
      PercentEncoding.decode("the query", query);
    }
    boolean isBelowRoot =
        root != null && path.length() > 1 && !prefixes.contains(firstSegment(path));
    String exact = isBelowRoot ? root + path : path;
    String masked = mask(exact);
    if (masked.equals(path)) {
      return false;
    }
    routing.put(EXACT, exact);
    routing.reroute(query == null ? masked : masked + "?" + query);
    return true;
  }

  /** The path that the router matches on. */
  static String routed(RoutingContext routing) {
    return Objects.requireNonNullElse(routing.request().path(), "/");
  }

  /** The first segment of a path that begins with a slash. */
  static String firstSegment(String path) {
    int end = path.indexOf('/', 1);
    return end < 0 ? path.substring(1) : path.substring(1, end);
  }

  /** Empty and dot segments become {@code _}; all others, and their number, stay. */
  private static String mask(String path) {
    if (path.indexOf("//") < 0 && path.indexOf('.') < 0 && path.indexOf('%') < 0) {
      return path;
    }
    StringBuilder masked = new StringBuilder(path.length());
    int start = 1;
    while (start <= path.length()) {
      int end = path.indexOf('/', start);
      boolean last = end < 0;
      String segment = path.substring(start, last ? path.length() : end);
      boolean changes = isDots(segment) || (segment.isEmpty() && !last);
      masked.append('/').append(changes ? "_" : segment);
      start = last ? path.length() + 1 : end + 1;
    }
    return masked.toString();
  }

  private static boolean isDots(String segment) {
    if (segment.length() > 6) {
      return false;
    }
    String plain = segment.toLowerCase(Locale.ROOT).replace("%2e", ".");
    return plain.equals(".") || plain.equals("..");
  }
}
