package dev.mikcar.storage.store;

import dev.mikcar.common.error.ApiException;
import java.util.Map;

/** Which bytes of an object are wanted. */
public sealed interface ByteRange {
  /** All of them. */
  record All() implements ByteRange {}

  /**
   * From one byte to another, both included; what lies beyond the end is cut off.
   *
   * @param first counted from 0
   * @param last not less than first; {@link Long#MAX_VALUE} for the end
   */
  record Between(long first, long last) implements ByteRange {}

  /** So many of the last, or all when there are fewer. */
  record Last(long count) implements ByteRange {}

  /**
   * The bytes of an object of a size.
   *
   * @param first the first byte, counted from 0
   * @param length how many
   */
  record Slice(long first, long length) {}

  /**
   * What it comes to for an object of this size.
   *
   * @throws ApiException 416 when there is no such byte, RFC 9110 section 14.1.2
   */
  default Slice of(long size) {
    return switch (this) {
      case All() -> new Slice(0, size);
      case Between(long first, long last) when first < size ->
          new Slice(first, Math.min(last, size - 1) - first + 1);
      case Last(long count) when count > 0 && size > 0 ->
          new Slice(size - Math.min(count, size), Math.min(count, size));
      default -> throw unsatisfiable(size);
    };
  }

  /** 416 for an object of this size. */
  static ApiException unsatisfiable(long size) {
    return new ApiException.HttpStatus(
        416,
        "RANGE_NOT_SATISFIABLE",
        "the range has no byte of the " + size + " that there are",
        Map.of("Content-Range", "bytes */" + size));
  }
}
