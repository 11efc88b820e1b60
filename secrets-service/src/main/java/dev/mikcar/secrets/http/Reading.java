package dev.mikcar.secrets.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.ExactPath;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.secrets.store.CachedSecret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.Secrets;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;

/** What a GET of a secret asks for. */
record Reading(SecretName name, WantedVersion version, boolean refresh) {
  private static final int OPERATION = 2;

  /** The name that follows the operation in the path. */
  static SecretName name(RoutingContext routing) {
    return new SecretName(rest(routing, "the name"));
  }

  /** What follows the operation in the path, exactly, {@link ExactPath}. */
  static String rest(RoutingContext routing, String what) {
    return PercentEncoding.decode(what, ExactPath.after(routing, OPERATION));
  }

  /**
   * @throws ApiException when the request cannot be read
   */
  static Reading of(RoutingContext routing) {
    return new Reading(
        name(routing), WantedVersion.parse(routing.queryParams().get("version")), refresh(routing));
  }

  /** A flag is set by being there: {@code ?refresh} and {@code ?refresh=true} are the same. */
  static boolean refresh(RoutingContext routing) {
    return switch (routing.queryParams().get("refresh")) {
      case null -> false;
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new ApiException.BadRequest("refresh must be true or false");
    };
  }

  Uni<CachedSecret> in(Secrets secrets) {
    return secrets.get(name, version, refresh);
  }
}
