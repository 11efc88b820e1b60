package dev.mikcar.email.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;

/**
 * Bytes from a string of base64, RFC 4648 section 4, white space left out. Decoded as it is read:
 * the text of a large file is never a string.
 */
final class Base64Content extends StdDeserializer<byte[]> {
  private static final long serialVersionUID = 1L;

  Base64Content() {
    super(byte[].class);
  }

  @Override
  public byte[] deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (parser.hasToken(JsonToken.VALUE_STRING)) {
      try {
        return parser.getBinaryValue();
      } catch (JsonProcessingException e) {
        // Its own words quote the input.
        throw MismatchedInputException.from(parser, byte[].class, "no base64");
      }
    }
    throw MismatchedInputException.from(parser, byte[].class, "no string");
  }
}
