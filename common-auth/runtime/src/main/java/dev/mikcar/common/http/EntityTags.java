package dev.mikcar.common.http;

import dev.mikcar.common.error.ApiException;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The value of {@code If-Match} or {@code If-None-Match}, RFC 9110 section 13.1.
 *
 * @param any {@code *}: any representation at all
 * @param strong the opaque parts of its strong tags
 * @param weak those of its weak ones
 */
public record EntityTags(boolean any, Set<String> strong, Set<String> weak) {
  private static final Pattern TAG =
      Pattern.compile("[\\s,]*(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"\\s*(,|$)");

  /**
   * Reads a header's value.
   *
   * @param header the name, for the error
   * @return null when there is no such header
   * @throws ApiException.BadRequest when it is no list of entity tags
   */
  public static @Nullable EntityTags parse(String header, @Nullable String value) {
    if (value == null) {
      return null;
    }
    if (value.strip().equals("*")) {
      return new EntityTags(true, Set.of(), Set.of());
    }
    Set<String> strong = new HashSet<>();
    Set<String> weak = new HashSet<>();
    Matcher m = TAG.matcher(value);
    int end = 0;
    // Empty elements of a list are ignored, section 5.6.1.2.
    while (!value.substring(end).matches("[\\s,]*")) {
      if (!m.find(end) || m.start() != end) {
        throw new ApiException.BadRequest(header + " is neither * nor a list of entity tags");
      }
      (m.group(1) == null ? strong : weak).add(m.group(2));
      end = m.end();
    }
    return new EntityTags(false, strong, weak);
  }

  /** Strong comparison, for writes: a weak tag never matches. Null: there is no representation. */
  public boolean matchesStrongly(@Nullable String etag) {
    return etag != null && (any || strong.contains(etag));
  }

  /** Weak comparison, for reads. Null: there is no representation. */
  public boolean matchesWeakly(@Nullable String etag) {
    return etag != null && (any || strong.contains(etag) || weak.contains(etag));
  }
}
