package dev.mikcar.common.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * What a route of the router needs that answers past the machinery of Jakarta REST. That costs as
 * much as all the rest of a short request (docs/performance.md), so the routes that are asked most
 * do without; a resource describes them still.
 */
public final class PlainRoute {
  /** What metrics and traces of Quarkus call the route, in the context of its requests. */
  private static final String TEMPLATE = "UrlPathTemplate";

  private PlainRoute() {}

  static Context name(String template) {
    Context context = Objects.requireNonNull(Vertx.currentContext());
    context.putLocal(TEMPLATE, template);
    return context;
  }

  /**
   * Names the route of the request that is being handled.
   *
   * @param template its path, such as {@code /kv/get/{key}}
   * @return where to answer: the thread of the request, at once when that is the thread already
   */
  public static Executor named(String template) {
    Context context = name(template);
    return task -> {
      if (context.equals(Vertx.currentContext())) {
        task.run();
      } else {
        context.runOnContext(ignored -> task.run());
      }
    };
  }
}
