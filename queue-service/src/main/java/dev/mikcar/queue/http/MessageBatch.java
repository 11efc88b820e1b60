package dev.mikcar.queue.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.message.Message;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code {"messages":[…]}}. Each message is what stands there, to the character: numbers keep
 * their digits, and objects the order of their fields.
 */
final class MessageBatch {
  /** The most messages of one request. */
  static final int MOST = 10_000;

  private static final String FIELD = "messages";
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private MessageBatch() {}

  /**
   * @param body JSON in UTF-8
   * @param headers of every message
   * @throws ApiException.JsonError when it is none
   * @throws ApiException.BadRequest when it is not of this form, or has too many
   */
  static List<Message> parse(byte[] body, Map<String, String> headers) {
    String text =
        Utf8.decode(body).orElseThrow(() -> new ApiException.JsonError("the body is not UTF-8"));
    try (JsonParser parser = JSON.createParser(new StringReader(text))) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "the body must be an object");
      require(
          FIELD.equals(parser.nextFieldName()) && parser.nextToken() == JsonToken.START_ARRAY,
          "the body must have the field '" + FIELD + "', a list, and no other");
      List<Message> messages = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (messages.size() == MOST) {
          throw new ApiException.BadRequest("there are more than " + MOST + " messages");
        }
        messages.add(new Message(slice(parser, text), headers));
      }
      require(
          parser.nextToken() == JsonToken.END_OBJECT,
          "the body must have the field '" + FIELD + "' and no other");
      if (parser.nextToken() != null) {
        throw new ApiException.JsonError("there is text after the end of the body");
      }
      return messages;
    } catch (IOException e) {
      throw new ApiException.JsonError("the body is not JSON");
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new ApiException.BadRequest(otherwise);
    }
  }

  private static byte[] slice(JsonParser parser, String text) throws IOException {
    int start = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = (int) parser.currentLocation().getCharOffset();
    return text.substring(start, end).strip().getBytes(StandardCharsets.UTF_8);
  }
}
