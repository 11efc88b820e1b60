package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import io.vertx.ext.web.RoutingContext;

/**
 * A way to be let in besides the bearer token, such as a signed URL: a bean of this type per way.
 * Asked on the event loop, for every request that shows no token.
 */
public interface OtherCredential {
  /**
   * Whether the request shows a credential of this kind, and it is good.
   *
   * @return false when it shows none
   * @throws ApiException.Forbidden when it shows one that is not good
   */
  boolean admits(RoutingContext routing);
}
