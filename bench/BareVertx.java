import io.vertx.core.Vertx;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;

/** The peer of kv get: a Vert.x route that answers 100 bytes, in the same kind of process. */
class BareVertx {
  public static void main(String[] args) {
    int port = Integer.parseInt(args[0]);
    Buffer body = Buffer.buffer("x".repeat(100));
    int loops = Runtime.getRuntime().availableProcessors() * 2;
    Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(loops))
        .deployVerticle(
            () ->
                new AbstractVerticle() {
                  @Override
                  public void start() {
                    Router router = Router.router(vertx);
                    router
                        .get("/kv/get/bench")
                        .handler(
                            r ->
                                r.response()
                                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                                    .end(body));
                    vertx.createHttpServer().requestHandler(router).listen(port, "127.0.0.1");
                  }
                },
            new DeploymentOptions().setInstances(loops));
  }
}
