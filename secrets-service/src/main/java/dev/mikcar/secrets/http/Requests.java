package dev.mikcar.secrets.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JSON bodies. What is wrong with one is said by the record that takes it. */
final class Requests {
  private static final int MOST_NAMES = 1000;

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

  /** {@code {"value":"…","encoding":"base64","labels":{}}}, all but the value optional. */
  record Write(
      @Nullable String value,
      @Nullable String encoding,
      @Nullable Map<String, @Nullable String> labels) {
    /**
     * @throws ApiException.BadRequest when it is missing, or is not what the encoding says
     */
    SecretValue given() {
      if (value == null) {
        throw new ApiException.BadRequest("field 'value' is missing");
      }
      if (encoding == null) {
        // A lone surrogate, which JSON can write, has no UTF-8.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
          throw new ApiException.BadRequest("field 'value' is not valid Unicode");
        }
        return SecretValue.of(value);
      }
      if (!encoding.equals(Answers.BASE64)) {
        throw new ApiException.BadRequest("field 'encoding' must be base64, or not be given");
      }
      try {
        return SecretValue.of(Base64.getDecoder().decode(value));
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
  record Names(@Nullable List<@Nullable String> names) {
    /**
     * @throws ApiException.BadRequest when one is no name, or there are too many
     */
    List<SecretName> parsed() {
      if (names == null) {
        throw new ApiException.BadRequest("field 'names' is missing");
      }
      if (names.size() > MOST_NAMES) {
        throw new ApiException.BadRequest("field 'names' has more than " + MOST_NAMES + " names");
      }
      return names.stream().map(Names::parse).distinct().toList();
    }

    private static SecretName parse(@Nullable String name) {
      if (name == null) {
        throw new ApiException.BadRequest("field 'names' must hold strings only");
      }
      return new SecretName(name);
    }
  }
}
