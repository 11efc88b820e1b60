package dev.mikcar.sql.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Params;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A row, or a list of them. */
@JsonDeserialize(using = RowBody.Reader.class)
public record RowBody(JsonNode json) {
  JsonNode object() {
    if (!json.isObject()) {
      throw new ApiException.JsonError("the body must be an object");
    }
    return json;
  }

  /** None of an empty list. */
  List<JsonNode> rows() {
    if (json.isObject()) {
      return List.of(json);
    }
    List<JsonNode> rows = new ArrayList<>();
    json.forEach(rows::add);
    if (!json.isArray() || !rows.stream().allMatch(JsonNode::isObject)) {
      throw new ApiException.JsonError("the body must be an object, or a list of objects");
    }
    if (rows.size() > Bodies.MOST_STATEMENTS) {
      throw new ApiException.BadRequest(
          "the body has more than " + Bodies.MOST_STATEMENTS + " rows");
    }
    return rows;
  }

  /** Reads either. */
  static final class Reader extends JsonDeserializer<RowBody> {
    @Override
    public RowBody deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return new RowBody(Params.read(parser));
    }
  }
}
