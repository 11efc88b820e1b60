package dev.mikcar.kv.http;

import dev.mikcar.common.http.PlainRoute;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.kv.KvBackend;
import dev.mikcar.kv.store.Entry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;

/**
 * Answers GET of a key, see {@link PlainRoute}. {@link KvResource#get} describes the route and
 * answers a HEAD; what both say is in {@link Reading}.
 */
@Singleton
public class GetRoute implements PlainRoute {
  private static final String PATH = "/kv/get/";

  private final KvBackend backend;
  private final MemoryBudget budget;

  GetRoute(KvBackend backend, MemoryBudget budget) {
    this.backend = backend;
    this.budget = budget;
  }

  @Override
  public void register(Router router) {
    router.get(PATH + "*").handler(this::get);
  }

  private void get(RoutingContext routing) {
    Executor request = PlainRoute.named(PATH + "{key}");
    Reading reading = Reading.of(routing);
    AnswerRoom room = AnswerRoom.ofValue(budget);
    var _ =
        backend
            .with(store -> reading.in(store, room))
            .emitOn(request)
            .subscribe()
            .with(
                entry -> answer(routing, reading, entry, room),
                failure -> {
                  room.close();
                  routing.fail(failure);
                });
  }

  private static void answer(
      RoutingContext routing, Reading reading, Entry entry, AnswerRoom room) {
    HttpServerResponse response = routing.response();
    if (response.ended() || response.closed()) {
      room.close(); // The deadline answered, or the caller went away.
      return;
    }
    int status = reading.answer(entry, response::putHeader);
    response.setStatusCode(status);
    if (status == Reading.OK) {
      response.end(Buffer.buffer(entry.value().bytes())).onComplete(_ -> room.close());
    } else {
      response.end();
      room.close();
    }
  }
}
