package dev.mikcar.storage.store;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A page of a listing.
 *
 * @param objects sorted by location
 * @param prefixes the common prefixes, sorted; none without a delimiter
 * @param nextOffset where the next page begins, {@link Query#after()}; null when there is none
 */
@Schema(name = "StorageListing")
public record Listing(List<Item> objects, List<String> prefixes, @Nullable String nextOffset) {

  /** An object in a listing; {@code eTag} is in quotes, as the header says it. */
  @Schema(name = "StorageItem")
  public record Item(String location, long size, Instant lastModified, String eTag) {}

  /**
   * What is to be listed.
   *
   * @param prefix what the location begins with; may be empty
   * @param limit the most objects and common prefixes together, 1 or more
   * @param after only what comes after it in the order of bytes; empty for all
   * @param delimiter objects whose location has it after the prefix are not listed, but what stands
   *     before it, and it, once; empty for none
   */
  public record Query(String prefix, int limit, String after, String delimiter) {
    /**
     * The common prefix that a location is listed as.
     *
     * @return null when it is listed itself
     */
    public @Nullable String rolledUp(String location) {
      int end = delimiter.isEmpty() ? -1 : location.indexOf(delimiter, prefix.length());
      return end < 0 ? null : location.substring(0, end + delimiter.length());
    }

    /** Whether the page before ended with a common prefix: all that it stands for was listed. */
    public boolean isAfterPrefix() {
      return after.startsWith(prefix) && after.equals(rolledUp(after));
    }
  }
}
