package dev.mikcar.queue.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import dev.mikcar.queue.message.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages as JSON. A body that is JSON stands there as it came, to the character; one that is text
 * is {@code {"data":"text"}}, any other {@code {"base64":"…"}}.
 */
final class Rendering {
  private static final JsonFactory JSON = new JsonFactory();
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private Rendering() {}

  /**
   * A message and the id by which it is acknowledged.
   *
   * @param id of the lease; of the message when it is not leased
   */
  record Shown(String id, StoredMessage stored) {}

  /** {@code {"message":…,"NAME":"VALUE"}}. */
  static byte[] one(Optional<Shown> shown, String name, String value) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeFieldName("message");
          if (shown.isPresent()) {
            write(json, shown.get());
          } else {
            json.writeNull();
          }
          json.writeStringField(name, value);
          json.writeEndObject();
        });
  }

  /** {@code {"messages":[…],"NAME":"VALUE","count":n}}. */
  static byte[] many(List<Shown> shown, String name, String value) {
    return json(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("messages");
          for (Shown each : shown) {
            write(json, each);
          }
          json.writeEndArray();
          json.writeStringField(name, value);
          json.writeNumberField("count", shown.size());
          json.writeEndObject();
        });
  }

  /** A message alone, on one line. */
  static String line(Shown shown) {
    // Between the tokens of a body only: within a string JSON has no line breaks.
    return new String(json(json -> write(json, shown)), StandardCharsets.UTF_8)
        .replace('\r', ' ')
        .replace('\n', ' ');
  }

  private interface Writing {
    void on(JsonGenerator json) throws IOException;
  }

  private static byte[] json(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      writing.on(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Shown shown) throws IOException {
    StoredMessage stored = shown.stored();
    json.writeStartObject();
    json.writeStringField("id", shown.id());
    json.writeStringField("message_id", stored.id());
    json.writeFieldName("payload");
    writePayload(json, stored.message().body());
    json.writeStringField("received_at", stored.receivedAt().toString());
    json.writeNumberField("attempts", stored.attempts());
    json.writeObjectFieldStart("headers");
    for (Map.Entry<String, String> header : stored.message().headers().entrySet()) {
      json.writeStringField(header.getKey(), header.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writePayload(JsonGenerator json, byte[] body) throws IOException {
    Optional<String> text = Utf8.decode(body);
    if (text.isEmpty()) {
      json.writeStartObject();
      json.writeBinaryField("base64", body);
      json.writeEndObject();
    } else if (isJson(text.get())) {
      json.writeRawValue(text.get());
    } else {
      json.writeStartObject();
      json.writeStringField("data", text.get());
      json.writeEndObject();
    }
  }

  /** Whether it is one JSON text, RFC 8259; one that is nested deeper than 1000 is not. */
  static boolean isJson(String text) {
    if (text.isBlank() || text.charAt(0) == BYTE_ORDER_MARK) {
      return false;
    }
    // Not the bytes: of those Jackson would take UTF-16 for JSON too.
    try (JsonParser parser = JSON.createParser(new StringReader(text))) {
      parser.nextToken();
      parser.skipChildren();
      parser.finishToken();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
