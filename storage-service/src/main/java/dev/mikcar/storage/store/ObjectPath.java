package dev.mikcar.storage.store;

import dev.mikcar.common.error.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Where an object is: 1 to {@link #LONGEST} bytes of UTF-8, parts separated by {@code /}. No part
 * is empty, {@code .} or {@code ..}, none has a control character, and the first does not begin
 * with a backslash. Case and Unicode form count. Ordered by its bytes.
 */
public record ObjectPath(String text) implements Comparable<ObjectPath> {
  /** The longest path, bytes. */
  public static final int LONGEST = 1024;

  /**
   * Checks it.
   *
   * @throws ApiException.BadRequest when it is no path
   */
  public ObjectPath {
    check("the path", text);
    if (text.isEmpty()) {
      throw new ApiException.BadRequest("the path is empty");
    }
    for (String part : text.split("/", -1)) {
      checkPart("the path", part);
    }
  }

  /**
   * The beginning of a path, which may end anywhere, also in a part; or nothing.
   *
   * @throws ApiException.BadRequest when no path begins so
   */
  public static String prefix(String text) {
    check("the prefix", text);
    String[] parts = text.split("/", -1);
    for (String part : Arrays.copyOf(parts, parts.length - 1)) {
      checkPart("the prefix", part);
    }
    return text;
  }

  private static void check(String what, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > LONGEST) {
      throw new ApiException.BadRequest(
          what + " is " + utf8.length + " bytes long, at most " + LONGEST + " are allowed");
    }
    // A lone surrogate has no UTF-8 and became '?'.
    if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      throw new ApiException.BadRequest(what + " is not valid Unicode");
    }
    if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new ApiException.BadRequest(what + " has a control character");
    }
    if (text.startsWith("/") || text.startsWith("\\")) {
      throw new ApiException.BadRequest(what + " begins with a slash or a backslash");
    }
  }

  private static void checkPart(String what, String part) {
    if (part.isEmpty() || part.equals(".") || part.equals("..")) {
      throw new ApiException.BadRequest(what + " has a part that is empty, '.' or '..'");
    }
  }

  /** Its parts, at least one. */
  public List<String> parts() {
    return List.of(text.split("/", -1));
  }

  /** The last part. */
  public String name() {
    return text.substring(text.lastIndexOf('/') + 1);
  }

  /** Its bytes. */
  public byte[] utf8() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(ObjectPath other) {
    return Arrays.compareUnsigned(utf8(), other.utf8());
  }

  /** The path as text. */
  @Override
  public String toString() {
    return text;
  }
}
