package dev.mikcar.storage.gcs;

import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A page of ours out of pages of theirs, which have the same order, prefixes and delimiters, but
 * begin with a name rather than after it, and may be shorter than asked for.
 */
final class GcsListing {
  private static final long MOST = 1000;
  private static final String FIELDS =
      "nextPageToken,prefixes,items(name,size,generation,metageneration,updated)";

  private final Storage storage;
  private final Calls calls;
  private final GcsBucket bucket;
  private final Listing.Query query;

  /** By name, in the order of bytes; null for a prefix. */
  private final TreeMap<byte[], @Nullable StorageObject> found =
      new TreeMap<>(Arrays::compareUnsigned);

  GcsListing(Storage storage, Calls calls, GcsBucket bucket, Listing.Query query) {
    this.storage = storage;
    this.calls = calls;
    this.bucket = bucket;
    this.query = query;
  }

  /** One more than the page has, to know whether there is another. */
  Listing page() throws IOException {
    int enough = query.limit() + 1;
    String token = null;
    do {
      Storage.Objects.List request = request(token);
      Objects page = calls.call(Calls.Twice.SAME, () -> GcsClient.execute(request));
      take(page);
      token = page.getNextPageToken();
    } while (token != null && found.size() < enough);
    List<Listing.Item> items = new ArrayList<>();
    List<String> prefixes = new ArrayList<>();
    String last = null;
    for (var entry : found.entrySet()) {
      if (items.size() + prefixes.size() == query.limit()) {
        return new Listing(items, prefixes, last);
      }
      last = new String(entry.getKey(), StandardCharsets.UTF_8);
      StorageObject object = entry.getValue();
      if (object == null) {
        prefixes.add(last);
      } else {
        items.add(item(last, object));
      }
    }
    return new Listing(items, prefixes, null);
  }

  private static Listing.Item item(String location, StorageObject object) {
    return new Listing.Item(
        location,
        GcsObjects.size(object),
        GcsObjects.instant(object.getUpdated()),
        '"' + GcsTag.of(object).toString() + '"');
  }

  private Storage.Objects.List request(@Nullable String token) throws IOException {
    return storage
        .objects()
        .list(bucket.name())
        .setPrefix(orNull(bucket.prefix() + query.prefix()))
        .setDelimiter(orNull(query.delimiter()))
        .setStartOffset(query.after().isEmpty() ? null : start(bucket.prefix() + query.after()))
        .setMaxResults(Math.min(MOST, query.limit() + 1L))
        .setPageToken(token)
        .setFields(FIELDS);
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private void take(Objects page) {
    if (page.getItems() != null) {
      page.getItems().forEach(object -> take(object.getName(), object));
    }
    if (page.getPrefixes() != null) {
      page.getPrefixes().forEach(prefix -> take(prefix, null));
    }
  }

  /** Others may have put what is no path of ours, such as names that end with a slash. */
  private void take(String name, @Nullable StorageObject object) {
    String location = name.substring(bucket.prefix().length());
    if (object == null || isPath(location)) {
      found.put(location.getBytes(StandardCharsets.UTF_8), object);
    }
  }

  private static boolean isPath(String location) {
    try {
      return !new ObjectPath(location).text().isEmpty();
    } catch (ApiException.BadRequest e) {
      return false;
    }
  }

  /**
   * The first name that may come next. After a common prefix that is the first one that begins
   * otherwise. Else it is the same name with the first character that a path may have; with any
   * longer name out of question, there is none that begins so.
   */
  private String start(String after) {
    int length = after.getBytes(StandardCharsets.UTF_8).length;
    return query.isAfterPrefix() || length >= ObjectPath.LONGEST ? beyond(after) : after + " ";
  }

  /** The first text that comes after all that begin so: with the next character at the end. */
  static String beyond(String beginning) {
    int last = beginning.codePointBefore(beginning.length());
    String front = beginning.substring(0, beginning.length() - Character.charCount(last));
    if (last == Character.MAX_CODE_POINT) {
      return front.isEmpty() ? beginning + " " : beyond(front);
    }
    // What lies between is no character.
    int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
    return front + Character.toString(next);
  }
}
