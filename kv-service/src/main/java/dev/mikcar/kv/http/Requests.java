package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Key;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON bodies. What is wrong with one is said by the record that takes it. */
final class Requests {
  private Requests() {}

  /**
   * @throws ApiException.JsonError when there is no body, or it is {@code null}
   */
  static <T> T required(@Nullable T body) {
    if (body == null) {
      throw new ApiException.JsonError("the body must be an object");
    }
    return body;
  }

  /** What a key is, for the description. */
  @Schema(
      name = "KvKey",
      type = SchemaType.STRING,
      description = "1 to 1024 bytes of UTF-8",
      minLength = 1,
      maxLength = Key.LONGEST)
  interface KeyText {}

  /** A value of a batch, for the description. */
  @Schema(
      name = "KvValue",
      type = SchemaType.STRING,
      nullable = true,
      description = "null when there is no such key")
  interface ValueText {}

  /** {@code {"keys":[…]}}. */
  @Schema(
      name = "KvKeyList",
      requiredProperties = "keys",
      additionalProperties = Schema.False.class)
  record Keys(
      @Schema(
              type = SchemaType.ARRAY,
              implementation = KeyText.class,
              examples = "[\"greeting\",\"visits\"]")
          @Nullable List<@Nullable String> keys) {
    /**
     * @throws ApiException.BadRequest when one is no key
     */
    List<Key> parsed() {
      if (keys == null) {
        throw new ApiException.BadRequest("field 'keys' is missing");
      }
      return keys.stream().map(Keys::parse).toList();
    }

    private static Key parse(@Nullable String key) {
      if (key == null) {
        throw new ApiException.BadRequest("field 'keys' must hold strings only");
      }
      return Key.of(key);
    }
  }

  /** {@code {"seconds":n}}. */
  @Schema(
      name = "KvExpire",
      requiredProperties = "seconds",
      additionalProperties = Schema.False.class)
  record Expire(
      @Schema(
              description = "zero or less deletes the key",
              minimum = "-9223372036854775808",
              maximum = "316224000000",
              examples = "60")
          @Nullable Long seconds) {
    /**
     * @throws ApiException.BadRequest when it is missing
     */
    long given() {
      if (seconds == null) {
        throw new ApiException.BadRequest("field 'seconds' is missing");
      }
      return seconds;
    }
  }
}
