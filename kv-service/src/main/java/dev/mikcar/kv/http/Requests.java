package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Key;
import java.math.BigInteger;
import java.util.List;
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

  /** {@code {"keys":[…]}}. */
  record Keys(@Nullable List<@Nullable String> keys) {
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

  /** {@code {"seconds":n}}, an integer of any size: what is too much is said of what was meant. */
  record Expire(@Nullable BigInteger seconds) {
    /**
     * @throws ApiException.BadRequest when it is missing
     */
    BigInteger given() {
      if (seconds == null) {
        throw new ApiException.BadRequest("field 'seconds' is missing");
      }
      return seconds;
    }
  }
}
