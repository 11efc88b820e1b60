package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Services;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.common.settings.Token;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every request passes before a resource sees it, in this order: exact path and root, trace
 * id, compression, drain, CORS, token, deadline. Anything thrown here is answered by {@link
 * ErrorResponses}.
 */
@Singleton
public class FrontDoor {
  private static final int FIRST = 3000;
  private static final int CORS = 2000;
  private static final int LAST = 1000;
  private static final String BEARER = "Bearer ";

  /** What a process answers besides its services and its health. */
  private static final Set<String> OTHERS =
      Set.of("metrics", "openapi", "openapi.json", "openapi.yaml");

  /** What needs no token. */
  private static final Set<String> OPEN = Set.of("/health", "/health/live", "/health/ready");

  private final Settings settings;
  private final Draining draining;
  private final ExactPath paths;
  private final Set<String> answered;
  private final RequestDeadline deadline;
  private final BrowserGuard browsers;
  private final @Nullable Token token;
  private final List<OtherCredential> otherCredentials;
  private final List<PlainRoute> plainRoutes;

  FrontDoor(
      Settings settings,
      Draining draining,
      RequestDeadline deadline,
      Services services,
      @Any Instance<OtherCredential> otherCredentials,
      @Any Instance<PlainRoute> plainRoutes) {
    this.otherCredentials = services.running(otherCredentials);
    this.plainRoutes = services.running(plainRoutes);
    this.settings = settings;
    this.draining = draining;
    this.answered = new HashSet<>(settings.services());
    answered.add("health");
    answered.addAll(OTHERS);
    if (LaunchMode.current().isDevOrTest()) {
      answered.add("q");
    }
    Set<String> prefixes = new HashSet<>(answered);
    prefixes.addAll(Settings.SERVICES);
    this.paths = new ExactPath(prefixes, settings.root());
    answered.add(""); // The path / itself, which OverviewResource answers.
    this.deadline = deadline;
    this.browsers = new BrowserGuard(settings);
    this.token = settings.token().orElse(null);
  }

  void open(@Observes Filters filters) {
    filters.register(this::enter, FIRST);
    cors().ifPresent(handler -> filters.register(handler, CORS));
    filters.register(this::admit, LAST);
  }

  void open(@Observes Router router) {
    plainRoutes.forEach(route -> route.register(router));
    router.route().order(-FIRST).failureHandler(ErrorResponses::answer);
    // Some failures come before any route: a path that the router cannot even parse.
    for (int status = 400; status < 600; status++) {
      router.errorHandler(status, ErrorResponses::answer);
    }
  }

  private void enter(RoutingContext routing) {
    if (paths.reroutes(routing)) {
      return;
    }
    TraceId.assign(routing);
    nameForMetrics(routing);
    Compression.decideFor(routing);
    draining.refuse(routing);
    refuseBadFraming(routing);
    browsers.checkHost(routing.request());
    if (!OPEN.contains(ExactPath.routed(routing))) {
      browsers.checkOrigin(routing.request());
    }
    routing.next();
  }

  /** RFC 9112 sections 3.2 and 6.1: one host, and no transfer coding that is not understood. */
  private static void refuseBadFraming(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String coding = request.getHeader(HttpHeaders.TRANSFER_ENCODING);
    if (coding != null
        && (!coding.strip().equalsIgnoreCase("chunked")
            || request.headers().getAll(HttpHeaders.TRANSFER_ENCODING).size() > 1)) {
      // Where the next request begins is anybody's guess.
      BodyReader.refuseRest(routing);
      throw new ApiException.BadRequest("the only transfer coding is chunked");
    }
    if (request.headers().getAll(HttpHeaders.HOST).size() > 1) {
      throw new ApiException.BadRequest("there is more than one Host header");
    }
  }

  /**
   * Metrics take the path of a request that no route has named, and callers can think of any number
   * of paths. Routes that are found say their own name later.
   */
  private void nameForMetrics(RoutingContext routing) {
    String prefix = ExactPath.firstSegment(ExactPath.routed(routing));
    PlainRoute.name(answered.contains(prefix) ? "/" + prefix : "/-");
  }

  private void admit(RoutingContext routing) {
    String path = ExactPath.routed(routing);
    if (!OPEN.contains(path)) {
      authenticate(routing);
      String prefix = ExactPath.firstSegment(path);
      if (!answered.contains(prefix)) {
        throw new ApiException.NotFound(
            Settings.SERVICES.contains(prefix)
                ? "the service '" + prefix + "' does not run in this process"
                : "no such route");
      }
    }
    routing.next();
    deadline.watch(routing);
  }

  private void authenticate(RoutingContext routing) {
    String authorization = routing.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization == null && isAdmittedOtherwise(routing)) {
      return;
    }
    if (token == null) {
      return;
    }
    if (authorization == null) {
      throw new ApiException.Unauthorized("a bearer token is required");
    }
    // The scheme is case-insensitive, RFC 9110 section 11.1.
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        || !token.matches(authorization.substring(BEARER.length()).strip())) {
      throw new ApiException.Unauthorized("the bearer token is wrong");
    }
  }

  private boolean isAdmittedOtherwise(RoutingContext routing) {
    for (OtherCredential other : otherCredentials) {
      if (other.admits(routing)) {
        return true;
      }
    }
    return false;
  }

  private Optional<CorsHandler> cors() {
    if (settings.corsOrigins().isEmpty()) {
      return Optional.empty();
    }
    CorsHandler cors = CorsHandler.create();
    if (!settings.corsOrigins().contains("*")) {
      cors.addOrigins(settings.corsOrigins());
    }
    cors.allowedMethods(
        Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE));
    cors.allowedHeaders(
        Set.of(
            "Authorization",
            "Content-Type",
            "Content-MD5",
            "If-Match",
            "If-Modified-Since",
            "If-None-Match",
            "If-Range",
            "Idempotency-Key",
            "Range",
            "X-Cache-TTL",
            "X-Checksum-SHA256",
            "X-Trace-ID",
            "traceparent"));
    cors.exposedHeaders(
        Set.of("Accept-Ranges", "Content-Range", "ETag", "Retry-After", "X-Trace-ID"));
    cors.maxAgeSeconds(600);
    return Optional.of(cors);
  }
}
