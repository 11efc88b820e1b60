package dev.mikcar.sql.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.sql.database.Params;
import java.io.IOException;

/** Reads any JSON with every digit of its numbers. */
final class ExactJson extends JsonDeserializer<JsonNode> {
  @Override
  public JsonNode deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    return Params.read(parser);
  }
}
