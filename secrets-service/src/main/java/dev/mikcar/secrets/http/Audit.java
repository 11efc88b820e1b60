package dev.mikcar.secrets.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.TraceId;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line to the log for each access: what was done with which secret, for whom, how long it
 * took and how it ended. Never a value.
 */
final class Audit {
  private static final Logger LOG = Logger.getLogger("dev.mikcar.secrets.audit");

  private final String operation;
  private final String name;
  private final String caller;
  private final String traceId;
  private final long start = System.nanoTime();

  private Audit(String operation, String name, String caller, String traceId) {
    this.operation = operation;
    this.name = name;
    this.caller = caller;
    this.traceId = traceId;
  }

  /**
   * An access that begins now.
   *
   * @param name of the secret, or the prefix of those that are listed
   */
  static Audit of(RoutingContext routing, String operation, String name) {
    SocketAddress remote = routing.request().remoteAddress();
    String caller = remote == null || remote.host() == null ? "unix" : remote.host();
    return new Audit(operation, name, caller, TraceId.of(routing));
  }

  /** Audits what is done, with OK when it succeeds. */
  <T> Uni<T> of(Uni<T> access) {
    return of(access, ignored -> "OK");
  }

  /**
   * Audits what is done.
   *
   * @param outcome what to say of its success
   */
  <T> Uni<T> of(Uni<T> access, Function<T, String> outcome) {
    return access
        .onItemOrFailure()
        .invoke((item, failure) -> write(failure == null ? outcome.apply(item) : code(failure)));
  }

  static String code(@Nullable Throwable failure) {
    return failure instanceof ApiException e ? e.code() : "INTERNAL_ERROR";
  }

  void write(String outcome) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    // This may run on a thread of the backend, which knows nothing of the request.
    Object before = MDC.put(TraceId.LOG_FIELD, traceId);
    LOG.infof(
        "secrets operation=%s duration_us=%d caller=%s outcome=%s name=%s",
        operation, TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start), caller, outcome, name);
    if (before == null) {
      MDC.remove(TraceId.LOG_FIELD);
    } else {
      MDC.put(TraceId.LOG_FIELD, before);
    }
  }
}
