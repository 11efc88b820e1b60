package dev.mikcar.kv.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.kv.store.Entry;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KvStore;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a GET of a key asks for: its value, under conditions (RFC 9110 section 13).
 *
 * @param ifMatch null when there is no such condition
 * @param ifNoneMatch null when there is no such condition
 */
record Reading(Key key, @Nullable EntityTags ifMatch, @Nullable EntityTags ifNoneMatch) {
  /**
   * @throws ApiException when the request cannot be read
   */
  static Reading of(RoutingContext routing) {
    Parameters parameters = new Parameters(routing);
    return new Reading(
        KvResource.key(routing), parameters.tags("If-Match"), parameters.tags("If-None-Match"));
  }

  /** Fails when there is no such key, or it has another entity tag than it must have. */
  Uni<Entry> in(KvStore store) {
    return store.get(key).map(this::wanted);
  }

  private Entry wanted(Optional<Entry> found) {
    Entry entry = found.orElseThrow(() -> new ApiException.NotFound("no such key"));
    if (ifMatch != null && !ifMatch.matchesStrongly(entry.etag())) {
      throw new ApiException.PreconditionFailed("the key has another entity tag");
    }
    return entry;
  }

  /** Whether the caller has this value already: 304. */
  boolean isKnown(Entry entry) {
    return ifNoneMatch != null && ifNoneMatch.matchesWeakly(entry.etag());
  }

  static String etag(Entry entry) {
    return '"' + entry.etag() + '"';
  }
}
