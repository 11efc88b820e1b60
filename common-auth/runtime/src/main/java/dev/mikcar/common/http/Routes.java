package dev.mikcar.common.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every route there is, as the build has read it from the resources: the methods it takes, and the
 * names that its query may have. A route is found as Jakarta REST finds it: among those of the
 * method, the one with the most literal characters.
 */
public final class Routes {
  /** In place of names: any name is taken. */
  public static final String ANY = "*";

  private static final int LONGEST = 16;

  private final Map<String, List<Route>> byPrefix = new HashMap<>();

  /**
   * A route.
   *
   * @param method in upper case
   * @param path with a name in braces for a segment, or with {@code :.*} for the rest
   * @param queryNames the names of the query's parameters, or {@link #ANY}
   */
  public record Route(String method, String path, Set<String> queryNames) {
    /** The route that a line of {@link #line()} says. */
    static Route parse(String line) {
      String[] parts = line.split(" ", -1);
      return new Route(
          parts[0], parts[1], parts[2].isEmpty() ? Set.of() : Set.of(parts[2].split(",", -1)));
    }

    /** The route as a line. */
    public String line() {
      return method + " " + path + " " + String.join(",", new TreeSet<>(queryNames));
    }

    private String[] segments() {
      return path.substring(1).split("/", -1);
    }

    private int literals() {
      return path.replaceAll("\\{[^}]*}", "").length();
    }

    private boolean matches(String[] given) {
      String[] own = segments();
      boolean rest = own[own.length - 1].contains(":");
      if (rest ? given.length < own.length : given.length != own.length) {
        return false;
      }
      for (int i = 0; i < own.length; i++) {
        boolean free = own[i].startsWith("{");
        boolean mayBeEmpty = own[i].endsWith(":.*}");
        boolean isEmpty = given[i].isEmpty() && (i == given.length - 1);
        if (free ? isEmpty && !mayBeEmpty : !own[i].equals(given[i])) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * @param lines of {@link Route#line()}
   */
  public Routes(List<String> lines) {
    lines.stream()
        .map(Route::parse)
        .sorted(Comparator.comparingInt(Route::literals).reversed())
        .forEach(
            route ->
                byPrefix
                    .computeIfAbsent(route.segments()[0], ignored -> new ArrayList<>())
                    .add(route));
  }

  /**
   * The route that a request takes; null when there is none. A GET answers HEAD.
   *
   * @param path as the router matches it
   */
  @Nullable Route find(String method, String path) {
    String[] segments = segments(path);
    Route found = find(method, segments);
    return found == null && method.equals("HEAD") ? find("GET", segments) : found;
  }

  private @Nullable Route find(String method, String[] segments) {
    for (Route route : byPrefix.getOrDefault(segments[0], List.of())) {
      if (route.method().equals(method) && route.matches(segments)) {
        return route;
      }
    }
    return null;
  }

  /** What a path can be asked for; empty when there is nothing. */
  Set<String> methods(String path) {
    String[] segments = segments(path);
    Set<String> methods = new TreeSet<>();
    for (Route route : byPrefix.getOrDefault(segments[0], List.of())) {
      if (route.matches(segments)) {
        methods.add(route.method());
      }
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    if (!methods.isEmpty()) {
      methods.add("OPTIONS");
    }
    return methods;
  }

  private static String[] segments(String path) {
    return path.substring(1).split("/", LONGEST);
  }
}
