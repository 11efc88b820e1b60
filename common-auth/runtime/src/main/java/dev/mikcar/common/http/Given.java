package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a JSON body must have: a field that is left out, or null, is not there. */
public final class Given {
  private Given() {}

  /**
   * The body itself.
   *
   * @throws ApiException.JsonError when there is none, or it is {@code null}
   */
  public static <T> T body(@Nullable T body) {
    if (body == null) {
      throw new ApiException.JsonError("the body must be an object");
    }
    return body;
  }

  /**
   * A field of it.
   *
   * @throws ApiException.BadRequest when it is missing
   */
  public static <T> T field(String name, @Nullable T value) {
    if (value == null) {
      throw new ApiException.BadRequest("field '" + name + "' is missing");
    }
    return value;
  }

  /**
   * A field that holds strings, in their order.
   *
   * @param parse makes something of one
   * @throws ApiException.BadRequest when it is missing, or one of them is {@code null}
   */
  public static <T> List<T> strings(
      String name, @Nullable List<@Nullable String> values, Function<String, T> parse) {
    return field(name, values).stream().map(value -> parse.apply(string(name, value))).toList();
  }

  private static String string(String name, @Nullable String value) {
    if (value == null) {
      throw new ApiException.BadRequest("field '" + name + "' must hold strings only");
    }
    return value;
  }
}
