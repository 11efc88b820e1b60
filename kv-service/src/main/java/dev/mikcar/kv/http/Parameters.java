package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.kv.store.Ttl;
import org.jspecify.annotations.Nullable;

/** Query parameters, as text, into what they mean; the error names the parameter. */
final class Parameters {
  private Parameters() {}

  static Ttl ttl(@Nullable String ttl, @Nullable String px, @Nullable String keepTtl) {
    boolean keep = flag("keepttl", keepTtl);
    if ((ttl != null && px != null) || (keep && (ttl != null || px != null))) {
      throw new ApiException.BadRequest("ttl, px and keepttl exclude each other");
    }
    if (ttl != null) {
      return Ttl.ofSeconds("ttl", integer("ttl", ttl, 0));
    }
    if (px != null) {
      return Ttl.ofMillis("px", integer("px", px, 0));
    }
    return keep ? Ttl.keep() : Ttl.none();
  }

  /** A flag is set by being there: {@code ?nx}, {@code ?nx=true} and {@code ?nx=1} are the same. */
  static boolean flag(String name, @Nullable String text) {
    return switch (text) {
      case null -> false;
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new ApiException.BadRequest(name + " must be true or false");
    };
  }

  static long integer(String name, @Nullable String text, long otherwise) {
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ApiException.BadRequest(name + " must be a 64-bit integer");
    }
  }

  static int integer(String name, @Nullable String text, int otherwise, int most) {
    long number = integer(name, text, otherwise);
    if (number < 1 || number > most) {
      throw new ApiException.BadRequest(name + " must be from 1 to " + most);
    }
    return (int) number;
  }
}
