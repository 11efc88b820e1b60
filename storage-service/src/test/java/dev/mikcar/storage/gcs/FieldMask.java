package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The parameter {@code fields}: names with commas between, each with a mask of its own in (). */
final class FieldMask {
  private static final Set<String> KNOWN =
      Set.of(
          "kind",
          "id",
          "bucket",
          "name",
          "size",
          "generation",
          "metageneration",
          "updated",
          "timeCreated",
          "etag",
          "md5Hash",
          "crc32c",
          "contentType",
          "cacheControl",
          "contentDisposition",
          "contentEncoding",
          "contentLanguage",
          "metadata",
          "storageClass",
          "mediaLink",
          "selfLink",
          "items",
          "prefixes",
          "nextPageToken",
          "done",
          "rewriteToken",
          "resource",
          "objectSize",
          "totalBytesRewritten");

  private final Map<String, FieldMask> fields = new LinkedHashMap<>();

  static JsonNode apply(String text, JsonNode node) {
    return parse(text).apply(node);
  }

  private static FieldMask parse(String text) {
    FieldMask mask = new FieldMask();
    int begin = 0;
    int depth = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i == text.length() ? ',' : text.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == ',' && depth == 0) {
        mask.add(text.substring(begin, i));
        begin = i + 1;
      }
    }
    return mask;
  }

  private void add(String field) {
    int open = field.indexOf('(');
    String name = open < 0 ? field : field.substring(0, open);
    if (!KNOWN.contains(name)) {
      throw StubError.invalid("Invalid field selection " + name);
    }
    fields.put(
        name, open < 0 ? new FieldMask() : parse(field.substring(open + 1, field.length() - 1)));
  }

  private JsonNode apply(JsonNode node) {
    if (fields.isEmpty()) {
      return node;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode shown = StubRequest.JSON.createArrayNode();
      array.forEach(one -> shown.add(apply(one)));
      return shown;
    }
    ObjectNode shown = StubRequest.JSON.createObjectNode();
    fields.forEach(
        (name, mask) -> {
          if (node.has(name)) {
            shown.set(name, mask.apply(node.get(name)));
          }
        });
    return shown;
  }
}
