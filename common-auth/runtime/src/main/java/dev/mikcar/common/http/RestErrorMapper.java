package dev.mikcar.common.http;

import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.error.ErrorBody;
import dev.mikcar.common.error.ErrorTranslator;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What a resource, or the matching before it, throws. */
public class RestErrorMapper {
  /** {@link MismatchedInputException} is named because Quarkus answers it itself otherwise. */
  @ServerExceptionMapper({Throwable.class, MismatchedInputException.class})
  public Response toResponse(Throwable failure, RoutingContext routing) {
    // An answer that comes after the deadline's has nowhere to go, and is no failure.
    ApiException error =
        routing.response().headWritten() || routing.response().closed()
            ? new ApiException.BackendTimeout("the request took too long")
            : ErrorTranslator.translate(failure);
    Response.ResponseBuilder response =
        Response.status(error.status())
            .header(HttpHeaders.CONTENT_TYPE, ErrorBody.CONTENT_TYPE)
            .entity(ErrorBody.of(error, TraceId.of(routing)).json());
    error.headers().forEach(response::header);
    return response.build();
  }
}
