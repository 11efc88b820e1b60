package dev.mikcar.kv.store;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Backend;
import dev.mikcar.common.work.Cancellation;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The contract of a kv backend.
 *
 * <ul>
 *   <li><b>Atomicity.</b> Each operation on one key is one step: nobody sees half of it, and a
 *       condition is judged in the same step. Operations on several keys are not one step.
 *   <li><b>Ordering.</b> After a write of a key was answered, every read of it sees that write or a
 *       later one.
 *   <li><b>Durability.</b> A durable backend answers a write after it is on stable storage.
 *   <li><b>Expiry.</b> From the moment its time is over, a key is gone for every operation.
 *   <li><b>Threads.</b> May be called from any thread, never blocks, may answer on any thread.
 *   <li><b>Errors.</b> {@link ApiException.BackendUnavailable} when the backend cannot do its work;
 *       a write that fails so may or may not have happened.
 * </ul>
 */
public interface KvStore extends Backend {
  /** How many deletions of a batch are under way at once. */
  int AT_ONCE = 256;

  /**
   * The entry, empty when there is none.
   *
   * @param room asked before a large value is read
   */
  Uni<Optional<Entry>> get(Key key, Room room);

  /** The same, however large it is. */
  default Uni<Optional<Entry>> get(Key key) {
    return get(key, Room.PLENTY);
  }

  /**
   * Sets the key to this value, if the condition holds.
   *
   * @return the fingerprint of the value; empty when the condition does not hold and nothing was
   *     changed
   */
  Uni<Optional<String>> set(Key key, Value value, Ttl ttl, Condition condition);

  /** Deletes the key, if the condition holds. */
  Uni<Deletion> delete(Key key, Condition condition);

  /**
   * Adds to the decimal 64-bit integer that the value is; a missing key counts as 0. The ttl stays.
   *
   * @return the sum
   * @throws ApiException.Conflict {@code NOT_AN_INTEGER} or {@code OUT_OF_RANGE}
   * @throws ApiException.PreconditionFailed when the condition does not hold
   */
  Uni<Long> increment(Key key, long by, Condition condition);

  /** The same without a condition. */
  default Uni<Long> increment(Key key, long by) {
    return increment(key, by, Condition.NONE);
  }

  /**
   * When the key expires, milliseconds since the epoch or {@link Entry#NEVER}; empty when there is
   * no such key.
   */
  Uni<OptionalLong> expiresAt(Key key);

  /**
   * Changes the time to live.
   *
   * @return whether there is such a key
   * @throws ApiException.PreconditionFailed when the condition does not hold
   */
  Uni<Boolean> expire(Key key, Ttl ttl, Condition condition);

  /** The same without a condition. */
  default Uni<Boolean> expire(Key key, Ttl ttl) {
    return expire(key, ttl, Condition.NONE);
  }

  /**
   * The first keys that match, sorted, at most so many; {@link KeyPage#next} when there are more.
   * Ends with the reason of the cancellation when it is cancelled.
   */
  Uni<KeyPage> keys(Glob glob, int limit, Cancellation cancellation);

  /** The same, to its end. */
  default Uni<KeyPage> keys(Glob glob, int limit) {
    return keys(glob, limit, Cancellation.none());
  }

  /**
   * Looks at the next {@code count} keys after one, in sorted order, and gives those that match. A
   * key that exists from the first call of a scan to the last is in one of its pages.
   *
   * @param after the {@link KeyPage#next} of the page before, empty for the first
   */
  Uni<KeyPage> scan(Glob glob, int count, Optional<Key> after, Cancellation cancellation);

  /** The same, to its end. */
  default Uni<KeyPage> scan(Glob glob, int count, Optional<Key> after) {
    return scan(glob, count, after, Cancellation.none());
  }

  /**
   * The entries of these keys, in their order; those that do not exist are left out.
   *
   * @param room asked before values are read that are large together
   */
  Uni<Map<Key, Entry>> getAll(Collection<Key> keys, Room room);

  /** The same, however large they are. */
  default Uni<Map<Key, Entry>> getAll(Collection<Key> keys) {
    return getAll(keys, Room.PLENTY);
  }

  /** Sets all of them. When it fails, some may have been set. */
  default Uni<Void> setAll(Map<Key, Value> values, Ttl ttl) {
    return Multi.createFrom()
        .iterable(Parts.of(values.entrySet(), value -> value.getValue().bytes().length))
        .onItem()
        .transformToUniAndConcatenate(part -> setPart(part, ttl))
        .onItem()
        .ignoreAsUni();
  }

  private Uni<Void> setPart(List<Map.Entry<Key, Value>> part, Ttl ttl) {
    return Multi.createFrom()
        .iterable(part)
        .onItem()
        .transformToUni(value -> set(value.getKey(), value.getValue(), ttl, Condition.NONE))
        .merge(part.size())
        .onItem()
        .ignoreAsUni();
  }

  /** Deletes all of them and counts those that existed. When it fails, some may be deleted. */
  default Uni<Integer> deleteAll(Collection<Key> keys) {
    if (keys.isEmpty()) {
      return Uni.createFrom().item(0);
    }
    return Multi.createFrom()
        .iterable(keys.stream().distinct().toList())
        .onItem()
        .transformToUni(key -> delete(key, Condition.NONE))
        .merge(AT_ONCE)
        .filter(Deletion.DELETED::equals)
        .collect()
        .with(Collectors.summingInt(_ -> 1));
  }

  /** What a deletion came to. */
  enum Deletion {
    /** The key existed and is gone. */
    DELETED,
    /** There was no such key. */
    ABSENT,
    /** The condition does not hold; nothing was changed. */
    REFUSED
  }
}
