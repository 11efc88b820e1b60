package dev.mikcar.common.error;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.ext.web.handler.HttpException;
import jakarta.ws.rs.WebApplicationException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The one place where a failure of any kind becomes an {@link ApiException}. */
public final class ErrorTranslator {
  private static final Logger LOG = Logger.getLogger(ErrorTranslator.class);
  private static final int DEEPEST_CAUSE = 8;

  private ErrorTranslator() {}

  /** Logs and hides whatever nobody meant to answer with. */
  public static ApiException translate(Throwable failure) {
    Throwable t = failure;
    for (int depth = 0; t != null && depth < DEEPEST_CAUSE; depth++, t = t.getCause()) {
      switch (t) {
        case ApiException e -> {
          return e;
        }
        case JsonProcessingException e when !(e.getCause() instanceof ApiException) -> {
          return json(e);
        }
        case WebApplicationException e when e.getCause() == null -> {
          return http(e);
        }
        case HttpException e -> {
          return status(e.getStatusCode());
        }
        default -> {}
      }
    }
    if (failure instanceof WebApplicationException e && e.getResponse().getStatus() < 500) {
      return http(e);
    }
    LOG.error("Unexpected failure of a request", failure);
    return new ApiException.Internal();
  }

  /** The error of a bare HTTP status, as the HTTP layer itself reports it. */
  public static ApiException status(int status) {
    return status(status, Map.of());
  }

  private static ApiException status(int status, Map<String, String> headers) {
    return switch (status) {
      case 400 -> new ApiException.BadRequest("the request is malformed");
      case 401 -> new ApiException.Unauthorized("a bearer token is required");
      case 404 -> new ApiException.NotFound("no such route");
      case 405 -> http(status, "this route does not take this method", headers);
      case 406 -> http(status, "this route cannot answer in an accepted content type", headers);
      case 413 ->
          new ApiException.HttpStatus(
              status, "PAYLOAD_TOO_LARGE", "the body is larger than the limit", headers);
      case 414 -> http(status, "the request line is too long", headers);
      case 415 -> http(status, "this route does not take this content type", headers);
      case 431 -> http(status, "the request headers are too large", headers);
      case 500 -> new ApiException.Internal();
      case 504 -> new ApiException.BackendTimeout("the request took too long");
      case 503 -> new ApiException.BackendUnavailable("not available now", 1);
      default ->
          http(
              status,
              HttpResponseStatus.valueOf(status).reasonPhrase().toLowerCase(Locale.ROOT),
              headers);
    };
  }

  private static ApiException http(int status, String message, Map<String, String> headers) {
    String code =
        HttpResponseStatus.valueOf(status)
            .reasonPhrase()
            .toUpperCase(Locale.ROOT)
            .replaceAll("[^A-Z]+", "_");
    return new ApiException.HttpStatus(status, code, message, headers);
  }

  private static ApiException http(WebApplicationException e) {
    Map<String, String> headers = new LinkedHashMap<>();
    String allow = e.getResponse().getHeaderString("Allow");
    if (allow != null) {
      headers.put("Allow", allow);
    }
    return status(e.getResponse().getStatus(), headers);
  }

  /** Jackson's own sentences name Java types and quote the input, so they are not passed on. */
  private static ApiException json(JsonProcessingException e) {
    String field = e instanceof JsonMappingException m ? field(m) : "";
    String why =
        switch (e) {
          case UnrecognizedPropertyException u -> "is not a field of this route";
          case MismatchedInputException m when field.isEmpty() && m.getProcessor() != null ->
              "must be " + expected(m.getTargetType());
          case MismatchedInputException m -> "must be " + expected(m.getTargetType());
          default -> null;
        };
    if (why != null) {
      return new ApiException.JsonError(
          (field.isEmpty() ? "the body" : "field '" + field + "'") + " " + why);
    }
    String where =
        e.getLocation() == null
            ? ""
            : " at line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr();
    return new ApiException.JsonError("the body is not valid JSON" + where);
  }

  private static String field(JsonMappingException e) {
    return e.getPath().stream()
        .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : "." + r.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "of another type";
    }
    if (CharSequence.class.isAssignableFrom(type)) {
      return "a string";
    }
    if (type == byte[].class) {
      return "a string of base64";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
      return "a number in range";
    }
    if (Collection.class.isAssignableFrom(type) || type.isArray()) {
      return "a list";
    }
    return "an object";
  }
}
