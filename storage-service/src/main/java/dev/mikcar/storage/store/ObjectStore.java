package dev.mikcar.storage.store;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Backend;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The contract of a storage backend.
 *
 * <ul>
 *   <li><b>Whole or not.</b> An object is visible whole, with its headers, or not at all; one that
 *       is being replaced is the old one until it is the new one. Who reads it meanwhile gets all
 *       of the one it began with, or a failure.
 *   <li><b>Ordering.</b> After a write was answered, every read and listing sees it or a later one.
 *   <li><b>Durability.</b> A durable backend answers a write after it is on stable storage.
 *   <li><b>Memory.</b> Bounded, whatever the size of the object and the number of objects.
 *   <li><b>Threads.</b> May be called from any thread, never blocks, may answer on any thread.
 *   <li><b>Errors.</b> {@link ApiException.NotFound} when there is no such object; {@link
 *       ApiException.PreconditionFailed} when a condition does not hold; {@link
 *       ApiException.BackendUnavailable} or {@link ApiException.BackendTimeout} when the backend
 *       cannot do its work; a write that fails so may or may not have happened, but whole.
 * </ul>
 */
public interface ObjectStore extends Backend {
  /** How many deletions of a batch are under way at once. */
  int AT_ONCE = 32;

  /** What there is to know of an object. */
  Uni<ObjectInfo> head(ObjectPath path);

  /**
   * An object's content, or a part of it.
   *
   * @param etag only the object with this entity tag, else {@link ApiException.PreconditionFailed};
   *     null for any
   * @throws ApiException 416 when the object has no byte of the range
   */
  Uni<ObjectBody> get(ObjectPath path, ByteRange range, @Nullable String etag);

  /** Writes an object, in place of one that may be there. When it fails, the old one stays. */
  Uni<ObjectInfo> put(ObjectPath path, Upload upload);

  /** Deletes an object. */
  Uni<Void> delete(ObjectPath path, Condition condition);

  /** A page of a listing, in the order of the bytes of the locations. */
  Uni<Listing> list(Listing.Query query);

  /** Copies an object with its headers, in place of one that may be there. Onto itself: nothing. */
  Uni<Void> copy(ObjectPath from, ObjectPath to);

  /** Moves an object, in place of one that may be there. Onto itself: nothing. */
  Uni<Void> move(ObjectPath from, ObjectPath to);

  /**
   * A URL of the store's own with which whoever has it can read or write one object for a time.
   *
   * @param method {@code GET} or {@code PUT}
   * @return empty when the store has no such thing
   */
  default Uni<Optional<URI>> sign(ObjectPath path, String method, Duration time) {
    return Uni.createFrom().item(Optional.empty());
  }

  /** Deletes many; each has its own outcome: empty, or why it was not deleted. */
  default Uni<Map<ObjectPath, Optional<Throwable>>> deleteAll(Collection<ObjectPath> paths) {
    return Multi.createFrom()
        .iterable(paths.stream().distinct().toList())
        .onItem()
        .transformToUni(
            path ->
                delete(path, Condition.NONE)
                    .map(ignored -> Map.entry(path, Optional.<Throwable>empty()))
                    .onFailure()
                    .recoverWithItem(e -> Map.entry(path, Optional.of(e))))
        .merge(AT_ONCE)
        .collect()
        .asMap(Map.Entry::getKey, Map.Entry::getValue);
  }
}
