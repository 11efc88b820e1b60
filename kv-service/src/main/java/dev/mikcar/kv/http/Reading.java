package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.common.http.StoredBytes;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.Room;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a GET of a key asks for: its value, under conditions (RFC 9110 section 13).
 *
 * @param ifMatch null when there is no such condition
 * @param ifNoneMatch null when there is no such condition
 */
record Reading(Key key, @Nullable EntityTags ifMatch, @Nullable EntityTags ifNoneMatch) {
  static final int OK = 200;
  private static final int NOT_MODIFIED = 304;

  /**
   * @throws ApiException when the request cannot be read
   */
  static Reading of(RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    return new Reading(
        KvResource.key(routing), parameters.tags("If-Match"), parameters.tags("If-None-Match"));
  }

  /** Fails when there is no such key, or it has another entity tag than it must have. */
  Uni<Entry> in(KvStore store, Room room) {
    return store.get(key, room).map(this::wanted);
  }

  private Entry wanted(Optional<Entry> found) {
    Entry entry = found.orElseThrow(() -> new ApiException.NotFound("no such key"));
    if (ifMatch != null && !ifMatch.matchesStrongly(entry.fingerprint())) {
      throw new ApiException.PreconditionFailed("the key has another entity tag");
    }
    return entry;
  }

  /**
   * The head of the answer, by whatever it is written.
   *
   * @param field takes the header fields, by their names
   * @return the status: 200, to be followed by the value, or 304 when the caller has it already
   */
  int answer(Entry entry, BiConsumer<String, String> field) {
    field.accept("ETag", etag(entry.fingerprint()));
    if (ifNoneMatch != null && ifNoneMatch.matchesWeakly(entry.fingerprint())) {
      return NOT_MODIFIED;
    }
    field.accept("Content-Type", entry.value().contentType());
    StoredBytes.FIELDS.forEach(field);
    return OK;
  }

  /** The entity tag of a value is its fingerprint: the same for the same bytes. */
  static String etag(String fingerprint) {
    return '"' + fingerprint + '"';
  }
}
