package dev.mikcar.sql.database;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mikcar.common.error.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Parameters from JSON. */
public final class Params {
  private static final String BYTES = "$bytes";

  /** Keeps every digit of every number. */
  private static final ObjectReader EXACT =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build()
          .readerFor(JsonNode.class);

  private Params() {}

  /**
   * The parameter that a JSON value is.
   *
   * @throws ApiException.BadRequest when {@code {"$bytes":…}} holds no base64
   */
  public static Param of(JsonNode node) {
    return switch (node.getNodeType()) {
      case NULL, MISSING -> Param.NULL;
      case BOOLEAN -> new Param.Bool(node.booleanValue());
      case NUMBER -> new Param.Num(node.decimalValue());
      case STRING -> new Param.Text(node.textValue());
      case OBJECT -> isBytes(node) ? bytes(node.get(BYTES)) : new Param.Json(node);
      default -> new Param.Json(node);
    };
  }

  /** The parameters that the items of an array are. */
  public static List<Param> ofAll(JsonNode array) {
    List<Param> params = new ArrayList<>(array.size());
    array.forEach(item -> params.add(of(item)));
    return params;
  }

  /** A document, with every digit of its numbers. */
  public static JsonNode read(String json) throws JacksonException {
    return EXACT.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(json);
  }

  /** The value that a parser is at, with every digit of its numbers. */
  public static JsonNode read(JsonParser parser) throws IOException {
    return EXACT.readTree(parser);
  }

  /** Whether it has no lone surrogate, which JSON can write and UTF-8 cannot. */
  public static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /**
   * The document that a string is for a column of JSON: itself when it is the text of an object or
   * an array, as callers write who make their JSON themselves; else a JSON string.
   */
  public static String jsonOfText(String text) {
    String stripped = text.strip();
    if (stripped.startsWith("{") || stripped.startsWith("[")) {
      try {
        if (read(stripped).isContainerNode()) {
          return stripped;
        }
      } catch (JacksonException e) {
        // Then it is a string that begins with a bracket.
      }
    }
    return JsonNodeFactory.instance.textNode(text).toString();
  }

  private static boolean isBytes(JsonNode node) {
    return node.size() == 1 && node.has(BYTES);
  }

  private static Param bytes(JsonNode base64) {
    try {
      if (base64.isTextual()) {
        return new Param.Bytes(Base64.getDecoder().decode(base64.textValue()));
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new ApiException.BadRequest("a parameter {\"$bytes\":…} holds no base64");
  }
}
