package dev.mikcar.common.error;

import dev.mikcar.common.http.TraceId;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.jspecify.annotations.Nullable;

/** What a resource, or the matching before it, throws. */
@Provider
public class RestErrorMapper implements ExceptionMapper<Throwable> {
  @Context @Nullable RoutingContext routing;

  @Override
  public Response toResponse(Throwable failure) {
    ApiException error = ErrorTranslator.translate(failure);
    String traceId = routing == null ? "" : TraceId.of(routing);
    Response.ResponseBuilder response =
        Response.status(error.status())
            .header(HttpHeaders.CONTENT_TYPE, ErrorBody.CONTENT_TYPE)
            .entity(ErrorBody.of(error, traceId).json());
    error.headers().forEach(response::header);
    return response.build();
  }
}
