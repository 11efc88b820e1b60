package dev.mikcar.common.error;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/**
 * The JSON every failure answers with: {@code {"error","code","status","trace_id"}}, then the
 * fields of its own that an error has. Written by hand so that it needs nothing that could itself
 * fail or not be there yet.
 */
public record ErrorBody(
    String error, String code, int status, String traceId, Map<String, Object> fields) {
  /** The content type of {@link #json()}. */
  public static final String CONTENT_TYPE = "application/json";

  public static ErrorBody of(ApiException e, String traceId) {
    return new ErrorBody(e.getMessage(), e.code(), e.status(), traceId, e.fields());
  }

  /** UTF-8 JSON. */
  public byte[] json() {
    StringBuilder out = new StringBuilder(128);
    JsonStringEncoder encoder = JsonStringEncoder.getInstance();
    out.append("{\"error\":\"");
    encoder.quoteAsString(error, out);
    out.append("\",\"code\":\"").append(code);
    out.append("\",\"status\":").append(status);
    out.append(",\"trace_id\":\"");
    encoder.quoteAsString(traceId, out);
    out.append('"');
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      out.append(",\"").append(field.getKey()).append("\":");
      append(field.getValue(), out, encoder);
    }
    out.append('}');
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(Object value, StringBuilder out, JsonStringEncoder encoder) {
    switch (value) {
      case Integer number -> out.append(number.intValue());
      case Boolean flag -> out.append(flag.booleanValue());
      case Collection<?> all -> {
        out.append('[');
        String separator = "";
        for (Object one : all) {
          out.append(separator);
          append(one, out, encoder);
          separator = ",";
        }
        out.append(']');
      }
      default -> {
        out.append('"');
        encoder.quoteAsString(value.toString(), out);
        out.append('"');
      }
    }
  }
}
