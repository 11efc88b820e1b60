package dev.mikcar.common.deployment;

import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Adds to the description what all routes have in common, so that a resource says only what is its
 * own: the errors and their body, the trace id, the token. An error that a route has by its nature,
 * such as 404, the route itself says, with no more than a sentence.
 */
class CommonAnswers implements OASFilter {
  private static final String TRACE_ID = "X-Trace-ID";
  private static final String TOKEN = "token";
  private static final String ERROR = "Error";

  /** The errors that are not a route's own. */
  private enum Failure {
    BAD_REQUEST(400, "BadRequest", "The request is wrong; the sentence says which part, and why"),
    UNAUTHORIZED(401, "Unauthorized", "No token, or a wrong one"),
    FORBIDDEN(403, "Forbidden", "A page of an origin that is not allowed asks"),
    NOT_ACCEPTABLE(406, "NotAcceptable", "The route cannot answer in a type of Accept"),
    TOO_LARGE(413, "PayloadTooLarge", "The body is larger than is allowed"),
    UNSUPPORTED(415, "UnsupportedMediaType", "The route does not take this content"),
    UNAVAILABLE(503, "Unavailable", "The work cannot be done now; it can be asked for again"),
    TIMEOUT(504, "Timeout", "The backend, or the request, ran past its time");

    private final int status;
    private final String id;
    private final String description;

    Failure(int status, String id, String description) {
      this.status = status;
      this.id = id;
      this.description = description;
    }
  }

  @Override
  public void filterOpenAPI(OpenAPI document) {
    Components components =
        Objects.requireNonNullElseGet(document.getComponents(), OASFactory::createComponents);
    document.setComponents(components);
    components.addSchema(ERROR, errorBody());
    components.addHeader(
        TRACE_ID,
        header("The id of the request in the log: the one it came with, or a new one", "string"));
    components.addSecurityScheme(
        TOKEN, OASFactory.createSecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer"));
    components.addResponse(ERROR, error("Any other error"));
    for (Failure failure : Failure.values()) {
      components.addResponse(failure.id, response(failure));
    }
    document.getPaths().addPathItem("/metrics", OASFactory.createPathItem().GET(metrics()));
    document.setSecurity(List.of(OASFactory.createSecurityRequirement().addScheme(TOKEN)));
    document
        .getPaths()
        .getPathItems()
        .forEach(
            (path, item) ->
                item.getOperations()
                    .forEach((method, operation) -> complete(path, method, operation)));
  }

  private static Schema errorBody() {
    return OASFactory.createSchema()
        .addType(Schema.SchemaType.OBJECT)
        .description("The body of every error; some have further fields")
        .addProperty("error", string().description("A sentence for people"))
        .addProperty("code", string().description("For machines").pattern("^[A-Z][A-Z_0-9]*$"))
        .addProperty("status", integer().description("The status of HTTP"))
        .addProperty("trace_id", string().description("The id of the request in the log"))
        .required(List.of("error", "code", "status", "trace_id"));
  }

  private static Schema string() {
    return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
  }

  private static Schema integer() {
    return OASFactory.createSchema().addType(Schema.SchemaType.INTEGER);
  }

  private static Header header(String description, String type) {
    return OASFactory.createHeader()
        .description(description)
        .required(true)
        .schema(type.equals("string") ? string() : integer());
  }

  private static Content errorContent() {
    return OASFactory.createContent()
        .addMediaType(
            MediaType.APPLICATION_JSON,
            OASFactory.createMediaType().schema(OASFactory.createSchema().ref(ERROR)));
  }

  private static APIResponse error(String description) {
    return OASFactory.createAPIResponse()
        .description(description)
        .content(errorContent())
        .addHeader(TRACE_ID, OASFactory.createHeader().ref(TRACE_ID));
  }

  private static APIResponse response(Failure failure) {
    APIResponse response = error(failure.description);
    switch (failure) {
      case UNAUTHORIZED ->
          response.addHeader("WWW-Authenticate", header("How to show the token", "string"));
      case UNAVAILABLE -> response.addHeader("Retry-After", header("Seconds to wait", "integer"));
      default -> {}
    }
    return response;
  }

  /** Quarkus's route, which no resource describes. */
  private static Operation metrics() {
    Content content = OASFactory.createContent();
    for (String type : List.of(MediaType.TEXT_PLAIN, "application/openmetrics-text")) {
      content.addMediaType(type, OASFactory.createMediaType().schema(string()));
    }
    APIResponse ok = OASFactory.createAPIResponse().description("OK").content(content);
    return OASFactory.createOperation()
        .operationId("metrics")
        .summary("Metrics in the text formats of Prometheus")
        .addTag("overview")
        .responses(OASFactory.createAPIResponses().addAPIResponse("200", ok));
  }

  private static void complete(String path, PathItem.HttpMethod method, Operation operation) {
    boolean isHealth = path.startsWith("/health");
    if (isHealth) {
      operation.setSecurity(new ArrayList<>());
    }
    Objects.requireNonNullElse(operation.getParameters(), List.<Parameter>of())
        .forEach(CommonAnswers::complete);
    APIResponses responses = operation.getResponses();
    Map<String, APIResponse> own = responses.getAPIResponses();
    own.forEach((status, response) -> completeOwn(status, method, response));
    for (Failure failure : failures(isHealth, operation)) {
      String status = Integer.toString(failure.status);
      if (!own.containsKey(status)) {
        responses.addAPIResponse(status, OASFactory.createAPIResponse().ref(failure.id));
      }
    }
    responses.setDefaultValue(OASFactory.createAPIResponse().ref(ERROR));
  }

  /** A parameter is a text, unless its resource says more; that of a path is there. */
  private static void complete(Parameter parameter) {
    Schema schema = Objects.requireNonNullElseGet(parameter.getSchema(), CommonAnswers::string);
    String pattern = schema.getPattern();
    if (".*".equals(pattern) || ".+".equals(pattern)) {
      schema.setPattern(null); // Of the path of Jakarta REST: that slashes belong to it.
    }
    if (parameter.getIn() == Parameter.In.PATH
        && schema.getRef() == null
        && schema.getMinLength() == null) {
      schema.setMinLength(1);
    }
    parameter.setSchema(schema);
  }

  /** What the resource says of an answer is its meaning; the rest is the same for all. */
  private static void completeOwn(String status, PathItem.HttpMethod method, APIResponse response) {
    response.addHeader(TRACE_ID, OASFactory.createHeader().ref(TRACE_ID));
    boolean isError = status.startsWith("4") || status.startsWith("5");
    if (method == PathItem.HttpMethod.HEAD) {
      response.setContent(null);
    } else if (isError && response.getContent() == null) {
      response.setContent(errorContent());
    } else if (response.getContent() != null
        && response.getContent().hasMediaType(MediaType.SERVER_SENT_EVENTS)) {
      response.getContent().getMediaType(MediaType.SERVER_SENT_EVENTS).setSchema(string());
    }
  }

  private static Set<Failure> failures(boolean isHealth, Operation operation) {
    Set<Failure> failures = new TreeSet<>(Set.of(Failure.BAD_REQUEST, Failure.UNAVAILABLE));
    if (!isHealth) {
      failures.addAll(Set.of(Failure.UNAUTHORIZED, Failure.FORBIDDEN, Failure.TIMEOUT));
    }
    if (operation.getRequestBody() != null) {
      failures.addAll(Set.of(Failure.TOO_LARGE, Failure.UNSUPPORTED));
    }
    if (answersJson(operation)) {
      failures.add(Failure.NOT_ACCEPTABLE);
    }
    return failures;
  }

  private static boolean answersJson(Operation operation) {
    return Optional.ofNullable(operation.getResponses().getAPIResponse("200"))
        .map(APIResponse::getContent)
        .map(content -> content.hasMediaType(MediaType.APPLICATION_JSON))
        .orElse(false);
  }
}
