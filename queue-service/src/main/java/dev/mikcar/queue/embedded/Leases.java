package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Name;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which entries are leased, under which ids, and what is due when: leases that end and delays that
 * are over. Belongs to the lock of {@link EmbeddedQueue}.
 */
final class Leases {
  private static final HexFormat HEX = HexFormat.of();
  private static final int NUMBER = 16;

  private final String identity;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, Entry> leased = new HashMap<>();
  private final TreeSet<Entry> due =
      new TreeSet<>(
          Comparator.<Entry>comparingLong(entry -> entry.due)
              .thenComparingLong(entry -> entry.position));

  Leases(String identity) {
    this.identity = identity;
  }

  int size() {
    return leased.size();
  }

  /** The id of a message. */
  String message(long id) {
    return identity + "-" + HEX.toHexDigits(id);
  }

  /** The id of a lease: that of the message, and what nobody can guess. */
  String lease(Entry entry) {
    return message(entry.id) + "." + HEX.toHexDigits(entry.lease);
  }

  void begin(Entry entry, long until) {
    do {
      entry.lease = random.nextLong();
    } while (leased.putIfAbsent(entry.lease, entry) != null);
    entry.due = until;
    due.add(entry);
  }

  void end(Entry entry) {
    leased.remove(entry.lease);
    due.remove(entry);
  }

  /** The entry with this lease, null when it has ended. */
  @Nullable Entry find(Name name, String lease, long now) {
    int dot = lease.length() - NUMBER - 1;
    if (dot < 0 || lease.charAt(dot) != '.') {
      return null;
    }
    Entry entry;
    try {
      entry = leased.get(HexFormat.fromHexDigitsToLong(lease, dot + 1, lease.length()));
    } catch (IllegalArgumentException e) {
      return null;
    }
    return entry != null
            && entry.due > now
            && entry.source.name().equals(name)
            && lease(entry).equals(lease)
        ? entry
        : null;
  }

  /** Watches an entry until it is due. */
  void await(Entry entry) {
    due.add(entry);
  }

  /** No longer watches an entry; its lease, if it is under one, goes on. */
  void unwatch(Entry entry) {
    due.remove(entry);
  }

  /** Knows nothing of an entry any more. */
  void forget(Entry entry) {
    if (entry.state == Entry.State.LEASED) {
      end(entry);
    } else {
      unwatch(entry);
    }
  }

  /** The next that is due by then, no longer watched; null when there is none. */
  @Nullable Entry pollDue(long now) {
    Entry first = due.isEmpty() ? null : due.first();
    if (first == null || first.due > now) {
      return null;
    }
    due.pollFirst();
    return first;
  }

  /** When the next is due, {@link Long#MAX_VALUE} for never. */
  long nextDue() {
    return due.isEmpty() ? Long.MAX_VALUE : due.first().due;
  }
}
