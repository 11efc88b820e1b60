package dev.mikcar.secrets.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.Given;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON bodies. What is wrong with one is said by the record that takes it. */
final class Requests {
  static final int MOST_NAMES = 1000;

  private Requests() {}

  /** What a name is, for the description. */
  @Schema(
      name = "SecretsName",
      type = SchemaType.STRING,
      description =
          "1 to 512 bytes of UTF-8 in parts that slashes separate; no part is empty, . or .., and"
              + " there is no control character and none of \\ % ? #",
      minLength = 1,
      maxLength = SecretName.LONGEST)
  interface NameText {}

  /** {@code {"value":"…","encoding":"base64","labels":{}}}, all but the value optional. */
  @Schema(
      name = "SecretsWrite",
      requiredProperties = "value",
      additionalProperties = Schema.False.class)
  record Write(
      @Nullable String value,
      @Schema(enumeration = "base64") @Nullable String encoding,
      @Nullable Map<String, @Nullable String> labels) {
    /**
     * @throws ApiException.BadRequest when it is missing, or is not what the encoding says
     */
    SecretValue given() {
      String text = Given.field("value", value);
      if (encoding == null) {
        // A lone surrogate, which JSON can write, has no UTF-8.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
          throw new ApiException.BadRequest("field 'value' is not valid Unicode");
        }
        return SecretValue.of(text);
      }
      if (!encoding.equals(Answers.BASE64)) {
        throw new ApiException.BadRequest("field 'encoding' must be base64, or not be given");
      }
      try {
        return SecretValue.of(Base64.getDecoder().decode(text));
      } catch (IllegalArgumentException e) {
        // Without the cause, which quotes the value.
        throw new ApiException.BadRequest("field 'value' is not base64");
      }
    }

    /**
     * The labels; empty when none are given, so that those there are stay.
     *
     * @throws ApiException.BadRequest when one has no text
     */
    Optional<Map<String, String>> labelled() {
      if (labels == null) {
        return Optional.empty();
      }
      Map<String, String> given = new TreeMap<>();
      labels.forEach(
          (label, text) -> {
            if (text == null) {
              throw new ApiException.BadRequest("field 'labels' must hold strings only");
            }
            given.put(label, text);
          });
      return Optional.of(given);
    }

    @Override
    public String toString() {
      return "Write[hidden]";
    }
  }

  /** {@code {"names":[…]}}. */
  @Schema(
      name = "SecretsNames",
      requiredProperties = "names",
      additionalProperties = Schema.False.class)
  record Names(
      @Schema(
              type = SchemaType.ARRAY,
              implementation = NameText.class,
              maxItems = MOST_NAMES,
              examples = "[\"db/password\",\"api-key\"]")
          @Nullable List<@Nullable String> names) {
    /**
     * @throws ApiException.BadRequest when one is no name, or there are too many
     */
    List<SecretName> parsed() {
      if (names != null && names.size() > MOST_NAMES) {
        throw new ApiException.BadRequest("field 'names' has more than " + MOST_NAMES + " names");
      }
      return Given.strings("names", names, SecretName::new).stream().distinct().toList();
    }
  }
}
