package dev.mikcar.storage.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectPath;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.MimeMapping;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The headers of a request that are kept with the object. */
final class HeaderFields {
  /** As much as the store that takes least: Amazon S3. */
  private static final int LARGEST_META = 2048;

  private static final int LONGEST = 1024;

  /** Names that every store can keep. */
  private static final String NAME = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";

  private HeaderFields() {}

  /**
   * @throws ApiException.BadRequest when one cannot be kept
   */
  static ObjectHeaders of(HttpServerRequest request, ObjectPath path) {
    return new ObjectHeaders(
        contentType(request.getHeader("Content-Type"), path),
        kept(request, "Cache-Control"),
        kept(request, "Content-Disposition"),
        kept(request, "Content-Encoding"),
        meta(request));
  }

  private static String contentType(@Nullable String given, ObjectPath path) {
    if (given == null || given.isBlank()) {
      return Objects.requireNonNullElse(
          MimeMapping.getMimeTypeForFilename(path.name().toLowerCase(Locale.ROOT)),
          ObjectHeaders.UNKNOWN_TYPE);
    }
    try {
      if (given.length() <= 255
          && given.indexOf('*') < 0
          && isPlain(given)
          && MediaType.valueOf(given) != null) {
        return given;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new ApiException.BadRequest("the Content-Type is not a media type of at most 255 bytes");
  }

  private static @Nullable String kept(HttpServerRequest request, String name) {
    List<String> lines = request.headers().getAll(name);
    if (lines.isEmpty()) {
      return null;
    }
    String value = checked(name, String.join(", ", lines));
    return value.isEmpty() ? null : value;
  }

  private static SortedMap<String, String> meta(HttpServerRequest request) {
    SortedMap<String, String> meta = new TreeMap<>();
    int size = 0;
    for (Map.Entry<String, String> field : request.headers()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (name.startsWith("x-meta-")) {
        String key = name.substring("x-meta-".length());
        if (!key.matches(NAME)) {
          throw new ApiException.BadRequest(
              "the name of " + field.getKey() + " has more than letters, digits and inner hyphens");
        }
        String value = checked(field.getKey(), field.getValue());
        size += key.length() + value.length();
        meta.merge(key, value, (one, other) -> one + ", " + other);
      }
    }
    if (size > LARGEST_META) {
      throw new ApiException.BadRequest(
          "the X-Meta headers are " + size + " bytes, at most " + LARGEST_META + " are allowed");
    }
    return meta;
  }

  private static String checked(String name, String value) {
    String text = value.strip();
    if (text.length() > LONGEST && !name.toLowerCase(Locale.ROOT).startsWith("x-meta-")) {
      throw new ApiException.BadRequest(name + " is longer than " + LONGEST + " bytes");
    }
    if (!isPlain(text)) {
      throw new ApiException.BadRequest(name + " is not printable ASCII");
    }
    return text;
  }

  private static boolean isPlain(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }
}
