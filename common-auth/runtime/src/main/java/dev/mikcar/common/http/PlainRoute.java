package dev.mikcar.common.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * A route of the router that answers past the machinery of Jakarta REST. That costs as much as all
 * the rest of a short request (docs/performance.md), so the routes that are asked most do without;
 * a resource describes them still. A bean of its service.
 */
public interface PlainRoute {
  /** What metrics and traces of Quarkus call the route, in the context of its requests. */
  String TEMPLATE = "UrlPathTemplate";

  /** Puts itself on the router. Called when its service runs; else it is not even made. */
  void register(Router router);

  /**
   * Names the route of the request that is being handled, for metrics and traces.
   *
   * @param template its path, such as {@code /kv/get/{key}}
   * @return the context of the request
   */
  static Context name(String template) {
    Context context = Objects.requireNonNull(Vertx.currentContext());
    context.putLocal(TEMPLATE, template);
    return context;
  }

  /**
   * Names the route of the request that is being handled, as {@link #name(String)} does.
   *
   * @return where to answer: the thread of the request, at once when that is the thread already
   */
  static Executor named(String template) {
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
