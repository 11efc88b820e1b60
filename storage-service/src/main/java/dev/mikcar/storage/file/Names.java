package dev.mikcar.storage.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The names in the folders of a store, in order. A file system gives them in no order, so that each
 * page of a listing would read all names of a folder. Here one reading keeps the next thousands of
 * a large folder for the pages that follow.
 *
 * <p>What is kept stays right: each name that this process adds, {@link #added}, is added to it; a
 * name that is not there any more is found out by who opens it. Names that somebody else puts there
 * are seen after {@link #FRESH_SECONDS} at the latest.
 */
final class Names {
  /** How many names of a folder are kept usually, about 100 bytes each. */
  private static final int MOST = 32 * 1024;

  /** How many are given at once; a folder of no more is read again each time. */
  static final int AT_ONCE = 1024;

  /** How many folders, or places in them, are kept. */
  private static final int WINDOWS = 4;

  /** How many large folders are read at a time: each takes as much memory as what is kept of it. */
  private static final int READERS = 2;

  private static final long FRESH_SECONDS = 10;

  private final int most;
  private final Semaphore readers = new Semaphore(READERS);

  /** Those that are being read too; oldest first. */
  private final List<Window> windows = new ArrayList<>();

  /** Keeps nothing yet. */
  Names() {
    this(MOST);
  }

  /**
   * Keeps nothing yet.
   *
   * @param most how many names of a folder are kept
   */
  Names(int most) {
    this.most = most;
  }

  /**
   * Some names in order.
   *
   * @param isEnd whether there are no more after them
   */
  record Batch(List<Place.Name> names, boolean isEnd) {}

  /**
   * The next names of a folder.
   *
   * @param where its path, relative to the tree of objects
   * @param from the first that is wanted
   * @param patience whether they still are; what was read till then is lost for others too
   */
  Batch next(Directory folder, String where, Place.Name from, Patience patience)
      throws IOException {
    while (true) {
      patience.check();
      Window fresh = new Window(where, from, most);
      Window found = findOrKeep(fresh);
      if (found == fresh) {
        read(folder, fresh, patience);
        return fresh.from(from);
      }
      found.awaitRead();
      // Else it could not be read; perhaps it can now.
      if (found.isRead) {
        return found.from(from);
      }
    }
  }

  private synchronized Window findOrKeep(Window fresh) {
    windows.removeIf(Window::isOld);
    for (Window window : windows) {
      if (window.where.equals(fresh.where) && window.willHave(fresh.first)) {
        return window;
      }
    }
    // Before it is read, so that it misses no name that is added meanwhile.
    windows.add(fresh);
    return fresh;
  }

  private void read(Directory folder, Window window, Patience patience) throws IOException {
    Reading reading = new Reading(window, patience);
    try {
      folder.forEach(reading::take);
      window.isRead = true;
    } finally {
      reading.end();
      keep(window, window.isRead && reading.count > AT_ONCE);
      window.read.countDown();
    }
  }

  private synchronized void keep(Window window, boolean isWorthIt) {
    if (!isWorthIt) {
      windows.remove(window);
    }
    Iterator<Window> oldest = windows.iterator();
    for (long tooMany = windows.stream().filter(w -> w.isRead).count() - WINDOWS;
        tooMany > 0;
        tooMany--) {
      while (!oldest.next().isRead) {
        // It is not kept yet.
      }
      oldest.remove();
    }
  }

  /** A name is in a folder now, as of before somebody may rely on it. */
  synchronized void added(List<String> folders, String onDisk) {
    if (!windows.isEmpty()) {
      String where = String.join("/", folders);
      Place.Name name = Place.Name.of(onDisk);
      for (Window window : windows) {
        if (name != null && window.where.equals(where)) {
          window.add(name);
        }
      }
    }
  }

  /** One reading of a folder. */
  private final class Reading {
    private final Window window;
    private final Patience patience;
    private int count;
    private boolean isReader;

    Reading(Window window, Patience patience) {
      this.window = window;
      this.patience = patience;
    }

    void take(String onDisk) {
      count++;
      if (count == AT_ONCE + 1) {
        readers.acquireUninterruptibly();
        isReader = true;
      }
      if (count % AT_ONCE == 0) {
        patience.check();
      }
      Place.Name name = Place.Name.of(onDisk);
      if (name != null) {
        window.add(name);
      }
    }

    void end() {
      if (isReader) {
        readers.release();
      }
    }
  }

  /** The names of a folder from one on, at most so many. */
  private static final class Window {
    private final String where;
    private final Place.Name first;
    private final int most;
    private final long made = System.nanoTime();
    private final CountDownLatch read = new CountDownLatch(1);
    private final TreeSet<Place.Name> names = new TreeSet<>();
    private boolean isEnd = true;
    private volatile boolean isRead;

    Window(String where, Place.Name first, int most) {
      this.where = where;
      this.first = first;
      this.most = most;
    }

    boolean isOld() {
      return isRead && System.nanoTime() - made > TimeUnit.SECONDS.toNanos(FRESH_SECONDS);
    }

    synchronized boolean willHave(Place.Name name) {
      return isRead
          ? first.compareTo(name) <= 0 && (isEnd || name.compareTo(names.last()) <= 0)
          : first.equals(name);
    }

    void awaitRead() {
      try {
        read.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a folder was read", e);
      }
    }

    synchronized void add(Place.Name name) {
      if (name.compareTo(first) < 0) {
        return;
      }
      boolean isFull = names.size() == most;
      if (isFull && name.compareTo(names.last()) > 0) {
        isEnd = false;
      } else if (names.add(name) && isFull) {
        var _ = names.pollLast();
        isEnd = false;
      }
    }

    synchronized Batch from(Place.Name from) {
      try (Stream<Place.Name> tail = names.tailSet(from).stream()) {
        List<Place.Name> some = tail.limit(AT_ONCE).toList();
        boolean all = some.isEmpty() || some.getLast().equals(names.last());
        return new Batch(some, all && isEnd);
      }
    }
  }
}
