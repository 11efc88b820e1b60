package dev.mikcar.secrets.vault;

import dev.mikcar.secrets.store.SecretValue;
import io.vertx.core.json.JsonObject;
import java.util.Base64;

/**
 * A value among the fields that Vault has instead. Ours is in the field {@code value}; bytes that
 * are no text are there as base64, with {@code encoding}. Fields of others are read as the JSON
 * object that they are.
 */
final class VaultData {
  private static final String VALUE = "value";
  private static final String ENCODING = "encoding";
  private static final String BASE64 = "base64";

  private VaultData() {}

  static JsonObject fields(SecretValue value) {
    return value
        .text()
        .map(text -> new JsonObject().put(VALUE, text))
        .orElseGet(
            () ->
                new JsonObject()
                    .put(VALUE, Base64.getEncoder().encodeToString(value.bytes()))
                    .put(ENCODING, BASE64));
  }

  static SecretValue value(JsonObject fields) {
    if (fields.getValue(VALUE) instanceof String text) {
      if (fields.size() == 1) {
        return SecretValue.of(text);
      }
      if (fields.size() == 2 && BASE64.equals(fields.getValue(ENCODING))) {
        try {
          return SecretValue.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
          return SecretValue.of(fields.encode());
        }
      }
    }
    return SecretValue.of(fields.encode());
  }
}
