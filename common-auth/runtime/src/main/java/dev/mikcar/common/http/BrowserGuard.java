package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.settings.Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Keeps out pages that run in a browser on the same machine or network, which reach whatever its
 * user can reach: a page of another origin, and, where no token is asked for, a page whose name was
 * made to point here (DNS rebinding), for which this is its own origin. No other client sends
 * {@code Origin}, or a {@code Host} that is not of here.
 */
final class BrowserGuard {
  private static final String ANY = "*";
  private static final String LOCALHOST = "localhost";
  private static final Pattern IP_LITERAL =
      Pattern.compile("\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[[0-9a-fA-F:.]+]");
  private static final Pattern PORT = Pattern.compile(":\\d*$");

  private final boolean anyHost;
  private final Set<String> hosts;
  private final boolean anyOrigin;
  private final Set<String> origins;

  BrowserGuard(Settings settings) {
    List<String> allowed = settings.allowedHosts();
    this.anyHost = settings.token().isPresent() || allowed.contains(ANY);
    this.hosts =
        allowed.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    this.anyOrigin = settings.corsOrigins().contains(ANY);
    this.origins = Set.copyOf(settings.corsOrigins());
  }

  /**
   * Lets pass whom a browser did not send here, or may have.
   *
   * @throws ApiException 421 for a host that is not of here
   */
  void checkHost(HttpServerRequest request) {
    String host = anyHost ? null : request.getHeader(HttpHeaders.HOST);
    if (host == null || isOurs(host) || request.localAddress().isDomainSocket()) {
      return;
    }
    throw new ApiException.HttpStatus(
        421,
        "MISDIRECTED_REQUEST",
        "the host of this request is not served: MIKCAR_ALLOWED_HOSTS can name it",
        Map.of());
  }

  private boolean isOurs(String host) {
    String name = PORT.matcher(host).replaceFirst("");
    return name.equalsIgnoreCase(LOCALHOST)
        || IP_LITERAL.matcher(name).matches()
        || hosts.contains(name.toLowerCase(Locale.ROOT));
  }

  /**
   * Lets pass whom a browser did not send, or from an allowed page.
   *
   * @throws ApiException.Forbidden for a page of an origin that may not call
   */
  void checkOrigin(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null || anyOrigin) {
      return;
    }
    if (!origins.contains(origin) || request.headers().getAll(HttpHeaders.ORIGIN).size() > 1) {
      throw new ApiException.Forbidden(
          "pages of this origin may not call: CORS_ORIGINS can name it");
    }
  }
}
