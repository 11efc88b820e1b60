package dev.mikcar.storage.store;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is kept with an object and comes back with it, as header fields say it. All of it is
 * printable ASCII.
 *
 * @param contentType its media type
 * @param cacheControl null when it was not given; so with the next two
 * @param meta the {@code X-Meta-*} fields: lower-case names without that prefix, and their values
 */
public record ObjectHeaders(
    String contentType,
    @Nullable String cacheControl,
    @Nullable String contentDisposition,
    @Nullable String contentEncoding,
    SortedMap<String, String> meta) {
  /** The content type of an object whose type nobody knows. */
  public static final String UNKNOWN_TYPE = "application/octet-stream";

  /** The prefix of the fields of {@link #meta()}. */
  public static final String META = "X-Meta-";

  /** Copies the map. */
  public ObjectHeaders {
    meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
  }

  /** Only a content type. */
  public static ObjectHeaders ofType(String contentType) {
    return new ObjectHeaders(contentType, null, null, null, new TreeMap<>());
  }

  /** All that are there, by the names of their fields, in a fixed order. */
  public SequencedMap<String, String> fields() {
    SequencedMap<String, String> fields = new LinkedHashMap<>();
    fields.put("Content-Type", contentType);
    put(fields, "Cache-Control", cacheControl);
    put(fields, "Content-Disposition", contentDisposition);
    put(fields, "Content-Encoding", contentEncoding);
    meta.forEach((name, value) -> fields.put(META + name, value));
    return fields;
  }

  private static void put(
      SequencedMap<String, String> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }
}
