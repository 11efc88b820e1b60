package dev.mikcar.storage.http;

import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.settings.Settings;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Hands the content of an object to {@link Sending}, which no deadline ends. */
@Provider
public class ObjectBodyWriter implements ServerMessageBodyWriter<SentBody> {
  private final Settings settings;

  ObjectBodyWriter(Settings settings) {
    this.settings = settings;
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType mediaType) {
    return type == SentBody.class;
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
    return type == SentBody.class;
  }

  @Override
  public void writeResponse(SentBody body, Type generic, ServerRequestContext context) {
    RoutingContext routing =
        ((ResteasyReactiveRequestContext) context).serverRequest().unwrap(RoutingContext.class);
    RequestDeadline.lift(routing);
    new Sending(routing, settings.requestTimeout(), body).start();
  }

  /** The way of blocking servers, which this is not. */
  @Override
  public void writeTo(
      SentBody body,
      Class<?> type,
      Type generic,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, Object> headers,
      OutputStream out) {
    throw new UnsupportedOperationException("objects are sent by the event loop");
  }
}
