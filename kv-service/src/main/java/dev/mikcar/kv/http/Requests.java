package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.Given;
import dev.mikcar.kv.store.Key;
import java.math.BigInteger;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON bodies. What is wrong with one is said by the record that takes it. */
final class Requests {
  private Requests() {}

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
      return Given.strings("keys", keys, Key::of);
    }
  }

  /** {@code {"seconds":n}}, an integer of any size: what is too much is said of what was meant. */
  @Schema(
      name = "KvExpire",
      requiredProperties = "seconds",
      additionalProperties = Schema.False.class)
  record Expire(
      @Schema(
              description = "zero or less deletes the key",
              maximum = "316224000000",
              examples = "60")
          @Nullable BigInteger seconds) {
    /**
     * @throws ApiException.BadRequest when it is missing
     */
    BigInteger given() {
      return Given.field("seconds", seconds);
    }
  }
}
