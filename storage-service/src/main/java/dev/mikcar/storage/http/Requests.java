package dev.mikcar.storage.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.Given;
import dev.mikcar.storage.store.ObjectPath;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON bodies. What is wrong with one is said by the record that takes it. */
final class Requests {
  /** The beginning of a path, and any path, as JSON Schema says it. */
  static final String PREFIX = "^(?![/\\\\])(?!(.*/)?\\.{0,2}/)[^\\x00-\\x1f\\x7f]*$";

  static final String PATH = "^(?![/\\\\])(?!(.*/)?\\.{0,2}(/|$))[^\\x00-\\x1f\\x7f]+$";

  private static final int MOST_PATHS = 1000;

  private Requests() {}

  /** What a path is, for the description: {@link ObjectPath}. */
  @Schema(
      name = "StoragePath",
      type = SchemaType.STRING,
      description = "1 to 1024 bytes of UTF-8; no part between slashes is empty, . or ..",
      minLength = 1,
      maxLength = ObjectPath.LONGEST,
      pattern = PATH)
  interface PathText {}

  /** {@code {"from":"…","to":"…"}}. */
  @Schema(
      name = "StorageTransfer",
      requiredProperties = {"from", "to"},
      additionalProperties = Schema.False.class)
  record FromTo(
      @Schema(
              minLength = 1,
              maxLength = ObjectPath.LONGEST,
              pattern = PATH,
              examples = "photos/1.jpg")
          @Nullable String from,
      @Schema(
              minLength = 1,
              maxLength = ObjectPath.LONGEST,
              pattern = PATH,
              examples = "photos/2.jpg")
          @Nullable String to) {
    ObjectPath source() {
      return new ObjectPath(Given.field("from", from));
    }

    ObjectPath target() {
      return new ObjectPath(Given.field("to", to));
    }
  }

  /** {@code {"paths":[…]}}. */
  @Schema(
      name = "StoragePaths",
      requiredProperties = "paths",
      additionalProperties = Schema.False.class)
  record Paths(
      @Schema(
              type = SchemaType.ARRAY,
              implementation = PathText.class,
              maxItems = MOST_PATHS,
              examples = "[\"photos/1.jpg\",\"photos/2.jpg\"]")
          @Nullable List<@Nullable String> paths) {
    /**
     * @throws ApiException.BadRequest when one is no path, or there are too many
     */
    List<ObjectPath> parsed() {
      if (paths != null && paths.size() > MOST_PATHS) {
        throw new ApiException.BadRequest("field 'paths' has more than " + MOST_PATHS);
      }
      return Given.strings("paths", paths, ObjectPath::new);
    }
  }

  /** {@code {"method":"GET","expires_in":seconds}}. */
  @Schema(
      name = "StorageSign",
      requiredProperties = {"method", "expires_in"},
      additionalProperties = Schema.False.class)
  record Sign(
      @Schema(
              enumeration = {"GET", "PUT"},
              examples = "GET")
          @Nullable String method,
      @Schema(description = "seconds", minimum = "1", maximum = "604800", examples = "60")
          @Nullable Long expiresIn) {
    private static final long LONGEST = Duration.ofDays(7).toSeconds();

    String allowedMethod() {
      String name = Given.field("method", method);
      if (!name.equals("GET") && !name.equals("PUT")) {
        throw new ApiException.BadRequest("field 'method' must be GET or PUT");
      }
      return name;
    }

    Duration time() {
      long seconds = Given.field("expires_in", expiresIn);
      if (seconds < 1 || seconds > LONGEST) {
        throw new ApiException.BadRequest("field 'expires_in' must be from 1 to " + LONGEST);
      }
      return Duration.ofSeconds(seconds);
    }
  }
}
