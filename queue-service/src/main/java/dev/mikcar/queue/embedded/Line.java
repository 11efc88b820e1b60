package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Counts;
import dev.mikcar.queue.message.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one source, each in its state. Belongs to the lock of {@link EmbeddedQueue}. Of
 * the entries with one ordering key one is active: ready, delayed or leased; the rest is blocked.
 */
final class Line {
  final Source source;
  private final TreeMap<Long, Entry> ready = new TreeMap<>();
  private final TreeMap<Long, Entry> delayed = new TreeMap<>();
  private final TreeMap<Long, Entry> blocked = new TreeMap<>();
  private final Map<String, Keyed> keys = new HashMap<>();
  private final TreeMap<Long, Entry> leased = new TreeMap<>();

  /** All entries, those not seen too. */
  private int length;

  /** Whether it was ended: what comes late is thrown away. */
  boolean ended;

  private static final class Keyed {
    private final TreeMap<Long, Entry> behind = new TreeMap<>();
    private @Nullable Entry active;
  }

  Line(Source source) {
    this.source = source;
  }

  int length() {
    return length;
  }

  int leased() {
    return leased.size();
  }

  void expect(int more) {
    length += more;
  }

  void forget(int fewer) {
    length -= fewer;
  }

  /** The first that is ready, null when none is. */
  @Nullable Entry first() {
    Map.Entry<Long, Entry> first = ready.firstEntry();
    return first == null ? null : first.getValue();
  }

  /** Puts a new entry into its place, in which it was expected. */
  void add(Entry entry, long now) {
    if (entry.orderingKey == null) {
      settle(entry, now);
      return;
    }
    Keyed keyed = keys.computeIfAbsent(entry.orderingKey, _ -> new Keyed());
    Entry active = keyed.active;
    if (active == null) {
      keyed.active = entry;
      settle(entry, now);
    } else if (active.position > entry.position && active.state != Entry.State.LEASED) {
      unsettle(active);
      block(keyed, active);
      keyed.active = entry;
      settle(entry, now);
    } else {
      block(keyed, entry);
    }
  }

  private void block(Keyed keyed, Entry entry) {
    entry.state = Entry.State.BLOCKED;
    keyed.behind.put(entry.position, entry);
    blocked.put(entry.position, entry);
  }

  /** Ready or delayed, by when it is due. */
  void settle(Entry entry, long now) {
    if (entry.due > now) {
      entry.state = Entry.State.DELAYED;
      delayed.put(entry.position, entry);
    } else {
      entry.state = Entry.State.READY;
      ready.put(entry.position, entry);
    }
  }

  private void unsettle(Entry entry) {
    switch (entry.state) {
      case READY -> ready.remove(entry.position);
      case DELAYED -> delayed.remove(entry.position);
      case LEASED -> leased.remove(entry.position);
      case BLOCKED -> {
        blocked.remove(entry.position);
        Keyed keyed = entry.orderingKey == null ? null : keys.get(entry.orderingKey);
        if (keyed != null) {
          keyed.behind.remove(entry.position);
        }
      }
      case UNSEEN -> {
        // In none.
      }
    }
  }

  /** Takes it out of its state for now; one that is active stays so. */
  void hide(Entry entry) {
    unsettle(entry);
    entry.state = Entry.State.UNSEEN;
  }

  void lease(Entry entry) {
    unsettle(entry);
    entry.state = Entry.State.LEASED;
    leased.put(entry.position, entry);
  }

  /**
   * Ends an entry that is hidden.
   *
   * @return the entry that was behind it, settled now; null when there is none
   */
  @Nullable Entry remove(Entry entry, long now) {
    length--;
    if (entry.orderingKey == null) {
      return null;
    }
    Keyed keyed = keys.get(entry.orderingKey);
    if (keyed == null || keyed.active != entry) {
      return null;
    }
    Map.Entry<Long, Entry> next = keyed.behind.pollFirstEntry();
    if (next == null) {
      keys.remove(entry.orderingKey);
      return null;
    }
    Entry follower = next.getValue();
    blocked.remove(follower.position);
    keyed.active = follower;
    settle(follower, now);
    return follower;
  }

  /** Puts a hidden entry that was not removed after all back into its place. */
  void restore(Entry entry, long now) {
    Keyed keyed = entry.orderingKey == null ? null : keys.get(entry.orderingKey);
    if (keyed != null && keyed.active == entry) {
      settle(entry, now);
    } else {
      add(entry, now);
    }
  }

  /** What is neither leased nor unseen, those last that are blocked. */
  List<Entry> unleased() {
    List<Entry> all = new ArrayList<>(blocked.descendingMap().values());
    all.addAll(ready.values());
    all.addAll(delayed.values());
    return all;
  }

  /** What is neither leased nor delayed, nor unseen; in order. */
  List<Entry> undelayed() {
    TreeMap<Long, Entry> all = new TreeMap<>(ready);
    all.putAll(blocked);
    return List.copyOf(all.values());
  }

  /** All but what is unseen. */
  List<Entry> all() {
    List<Entry> all = unleased();
    all.addAll(leased.values());
    return all;
  }

  /** The first that are ready. */
  List<Entry> firstReady(long most) {
    return ready.values().stream().limit(most).toList();
  }

  Counts counts() {
    return new Counts(ready.size() + (long) blocked.size(), leased.size(), delayed.size());
  }
}
