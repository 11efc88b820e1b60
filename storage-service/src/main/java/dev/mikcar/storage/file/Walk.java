package dev.mikcar.storage.file;

import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing, in the order of the bytes of the locations. Of each folder on the way it
 * keeps the next {@link #AT_ONCE} names, however many are in it.
 */
final class Walk {
  private static final int AT_ONCE = 1024;

  /** Greater than any byte of UTF-8, so that it comes after all that begins alike. */
  private static final byte BEYOND = (byte) 0xff;

  private final Listing.Query query;
  private final byte[] prefix;
  private final List<Listing.Item> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();

  /** Only what comes after it is wanted; goes on with what was found. */
  private byte[] bound;

  private @Nullable String last;
  private boolean hasMore;

  Walk(Listing.Query query) {
    this.query = query;
    this.prefix = bytes(query.prefix());
    byte[] after = bytes(query.after());
    this.bound = query.isAfterPrefix() ? beyond(after) : after;
  }

  Listing through(Directory objects) throws IOException {
    int slash = query.prefix().lastIndexOf('/');
    List<String> parts =
        slash < 0 ? List.of() : List.of(query.prefix().substring(0, slash).split("/", -1));
    descend(objects, Place.folders(parts), bytes(query.prefix().substring(0, slash + 1)));
    return new Listing(this.objects, prefixes, hasMore ? last : null);
  }

  private void descend(Directory from, List<String> folders, byte[] base) throws IOException {
    if (folders.isEmpty()) {
      visit(from, base);
      return;
    }
    try (Directory next = from.child(folders.getFirst())) {
      descend(next, folders.subList(1, folders.size()), base);
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Nothing has that prefix.
    }
  }

  /** All below a folder, whose objects' locations begin with {@code base}. */
  private void visit(Directory folder, byte[] base) throws IOException {
    Place.@Nullable Name before = null;
    while (!hasMore) {
      List<Place.Name> names = next(folder, base, before);
      for (Place.Name name : names) {
        byte[] location = join(base, name.bytes());
        if (hasMore) {
          return;
        }
        if (name.isFile()) {
          if (isWanted(location, true)) {
            take(folder, name, new String(location, StandardCharsets.UTF_8));
          }
        } else if (isWanted(location, false)) {
          try (Directory child = folder.child(name.onDisk())) {
            visit(child, location);
          } catch (NoSuchFileException | NotDirectoryException e) {
            // It was emptied meanwhile.
          }
        }
      }
      if (names.size() < AT_ONCE) {
        return;
      }
      before = names.getLast();
    }
  }

  /** The next names in order, of those that may lead to something. */
  private List<Place.Name> next(Directory folder, byte[] base, Place.@Nullable Name before)
      throws IOException {
    PriorityQueue<Place.Name> smallest = new PriorityQueue<>(Comparator.reverseOrder());
    folder.forEach(
        onDisk ->
            Place.Name.of(onDisk)
                .filter(name -> before == null || name.compareTo(before) > 0)
                .filter(name -> smallest.size() < AT_ONCE || name.compareTo(smallest.peek()) < 0)
                .filter(name -> isWanted(join(base, name.bytes()), name.isFile()))
                .ifPresent(
                    name -> {
                      smallest.add(name);
                      if (smallest.size() > AT_ONCE) {
                        smallest.poll();
                      }
                    }));
    return smallest.stream().sorted().toList();
  }

  /** Whether the object, or one of those that begin so, has the prefix and is after the bound. */
  private boolean isWanted(byte[] location, boolean isObject) {
    if (isObject) {
      return startsWith(location, prefix) && Arrays.compareUnsigned(location, bound) > 0;
    }
    return (startsWith(location, prefix) || startsWith(prefix, location))
        && (Arrays.compareUnsigned(location, bound) > 0 || startsWith(bound, location));
  }

  private void take(Directory folder, Place.Name name, String location) throws IOException {
    ObjectInfo info;
    try (FileChannel file = folder.read(name.onDisk())) {
      info = Trailer.read(file);
    } catch (NoSuchFileException e) {
      return; // Deleted meanwhile, or no object.
    }
    if (objects.size() + prefixes.size() == query.limit()) {
      hasMore = true;
      return;
    }
    String common = query.rolledUp(location);
    if (common == null) {
      objects.add(
          new Listing.Item(location, info.size(), info.lastModified(), '"' + info.etag() + '"'));
      bound = bytes(location);
      last = location;
    } else {
      prefixes.add(common);
      bound = beyond(bytes(common));
      last = common;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] beyond(byte[] bytes) {
    return join(bytes, new byte[] {BEYOND});
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  private static boolean startsWith(byte[] text, byte[] beginning) {
    return text.length >= beginning.length
        && Arrays.equals(text, 0, beginning.length, beginning, 0, beginning.length);
  }
}
