package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** How a value stands in JSON, {@code ?encoding=}. */
enum Encoding {
  TEXT {
    @Override
    String text(Key key, Value value) {
      try {
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(value.bytes()))
            .toString();
      } catch (CharacterCodingException e) {
        throw new ApiException.Conflict(
            "NOT_TEXT", "the value of key '" + key + "' is not UTF-8; ask with ?encoding=base64");
      }
    }

    @Override
    Value decode(String key, String text) {
      // A lone surrogate, which JSON can write, has no UTF-8.
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        throw new ApiException.BadRequest("the value of key '" + key + "' is not valid Unicode");
      }
      return Value.text(text);
    }
  },
  BASE64 {
    @Override
    String text(Key key, Value value) {
      return Base64.getEncoder().encodeToString(value.bytes());
    }

    @Override
    Value decode(String key, String text) {
      try {
        return new Value(Base64.getDecoder().decode(text), "application/octet-stream");
      } catch (IllegalArgumentException e) {
        throw new ApiException.BadRequest("the value of key '" + key + "' is not base64");
      }
    }
  };

  static Encoding of(@Nullable String name) {
    return switch (name) {
      case null -> TEXT;
      case "base64" -> BASE64;
      default -> throw new ApiException.BadRequest("encoding must be base64, or not be given");
    };
  }

  /** The JSON string of a value. */
  abstract String text(Key key, Value value);

  abstract Value decode(String key, String text);

  /** The value of a JSON string. */
  Value value(String key, @Nullable String text) {
    if (text == null) {
      throw new ApiException.BadRequest("the value of key '" + key + "' must be a string");
    }
    return decode(key, text);
  }
}
