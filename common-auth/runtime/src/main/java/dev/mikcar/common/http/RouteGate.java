package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lets a request through to a route that there is, with a method and a query that the route takes.
 * What a route takes is declared once, in the resource: from there the build makes both {@link
 * Routes} and the OpenAPI document.
 */
@Singleton
public class RouteGate {
  /** After the {@link FrontDoor}: who may not come in is not told what there is. */
  private static final int AFTER_THE_FRONT_DOOR = 900;

  /** Quarkus's own pages, in dev mode alone. */
  private static final String DEV_MODE = "/q/";

  private final Routes routes;

  RouteGate(Routes routes) {
    this.routes = routes;
  }

  void open(@Observes Filters filters) {
    filters.register(this::check, AFTER_THE_FRONT_DOOR);
  }

  private void check(RoutingContext routing) {
    String path = routing.normalizedPath();
    String method = routing.request().method().name();
    Routes.Route route = routes.find(method, path);
    if (route != null) {
      checkQuery(routing, route);
      routing.next();
    } else if (path.startsWith(DEV_MODE)) {
      routing.next();
    } else {
      refuse(routing, routes.methods(path));
    }
  }

  /** RFC 9110 sections 9.3.7 and 15.5.6. */
  private static void refuse(RoutingContext routing, Set<String> methods) {
    if (methods.isEmpty()) {
      throw new ApiException.NotFound("no such route");
    }
    String allow = String.join(", ", methods);
    if (!routing.request().method().equals(HttpMethod.OPTIONS)) {
      throw new ApiException.HttpStatus(
          405,
          "METHOD_NOT_ALLOWED",
          "this route does not take this method",
          Map.of("Allow", allow));
    }
    routing.response().setStatusCode(204).putHeader(HttpHeaders.ALLOW, allow).end();
  }

  private static void checkQuery(RoutingContext routing, Routes.Route route) {
    String query = routing.request().query();
    if (query == null || query.isEmpty()) {
      return;
    }
    Set<String> known = route.queryNames();
    MultiMap given = routing.queryParams();
    for (String name : given.names()) {
      if (!known.contains(name) && !known.contains(Routes.ANY)) {
        throw new ApiException.BadRequest(
            "this route has no parameter '"
                + name
                + "'; it has "
                + (known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known))));
      }
      if (given.getAll(name).size() > 1) {
        throw new ApiException.BadRequest("parameter '" + name + "' is given more than once");
      }
    }
  }
}
