package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Ttl;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request's parameters and conditions as what they mean; errors name them. Read from the request
 * itself: {@code @QueryParam} cannot tell {@code ?nx} from nothing.
 */
final class Parameters {
  private final RoutingContext routing;

  Parameters(RoutingContext routing) {
    this.routing = routing;
  }

  @Nullable String text(String name) {
    return routing.queryParams().get(name);
  }

  /** From {@code ttl}, {@code px} and {@code keepttl}. */
  Ttl ttl() {
    String ttl = text("ttl");
    String px = text("px");
    boolean keep = flag("keepttl");
    if ((ttl != null && px != null) || (keep && (ttl != null || px != null))) {
      throw new ApiException.BadRequest("ttl, px and keepttl exclude each other");
    }
    if (px != null) {
      return Ttl.ofMillis("px", number("px", px));
    }
    return keep ? Ttl.keep() : seconds("ttl", ttl);
  }

  /** From {@code ttl}, else the header {@code X-Cache-TTL}; both have to be times. */
  Ttl batchTtl() {
    Ttl ofTheHeader = seconds("X-Cache-TTL", routing.request().getHeader("X-Cache-TTL"));
    String ttl = text("ttl");
    return ttl != null ? seconds("ttl", ttl) : ofTheHeader;
  }

  private static Ttl seconds(String name, @Nullable String text) {
    return text == null ? Ttl.none() : Ttl.ofSeconds(name, number(name, text));
  }

  /** From {@code nx}, {@code xx}, {@code If-Match} and {@code If-None-Match}. */
  Condition condition() {
    boolean absent = flag("nx");
    boolean present = flag("xx");
    if (absent && present) {
      throw new ApiException.BadRequest("nx and xx exclude each other");
    }
    return new Condition(absent, present, tags("If-Match"), tags("If-None-Match"));
  }

  /** The entity tags of a header, whose lines are one list; null when there is none. */
  @Nullable EntityTags tags(String header) {
    List<String> lines = routing.request().headers().getAll(header);
    return lines.isEmpty() ? null : EntityTags.parse(header, String.join(",", lines));
  }

  /** A flag is set by being there: {@code ?nx}, {@code ?nx=true} and {@code ?nx=1} are the same. */
  boolean flag(String name) {
    return switch (text(name)) {
      case null -> false;
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new ApiException.BadRequest(name + " must be true or false");
    };
  }

  long integer(String name, long otherwise) {
    String text = text(name);
    return text == null ? otherwise : number(name, text);
  }

  int integer(String name, int otherwise, int most) {
    long number = integer(name, otherwise);
    if (number < 1 || number > most) {
      throw new ApiException.BadRequest(name + " must be from 1 to " + most);
    }
    return (int) number;
  }

  private static long number(String name, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ApiException.BadRequest(name + " must be a 64-bit integer");
    }
  }
}
