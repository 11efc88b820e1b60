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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of a listing, in the order of the bytes of the locations. */
final class Walk {
  /** Greater than any byte of UTF-8, so that it comes after all that begins alike. */
  private static final byte BEYOND = (byte) 0xff;

  private final Names names;
  private final Listing.Query query;
  private final Patience patience;
  private final byte[] prefix;
  private final List<Listing.Item> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();

  /** Only what comes after it is wanted; goes on with what was found. */
  private byte[] bound;

  private @Nullable String last;
  private boolean hasMore;

  Walk(Names names, Listing.Query query, Patience patience) {
    this.names = names;
    this.query = query;
    this.patience = patience;
    this.prefix = bytes(query.prefix());
    byte[] after = bytes(query.after());
    this.bound = query.isAfterPrefix() ? beyond(after) : after;
  }

  Listing through(Folder folder) throws IOException {
    int slash = query.prefix().lastIndexOf('/');
    List<String> parts =
        slash < 0 ? List.of() : List.of(query.prefix().substring(0, slash).split("/", -1));
    List<String> folders = Place.folders(parts);
    descend(
        folder.objects(),
        folders,
        new Position(String.join("/", folders), bytes(query.prefix().substring(0, slash + 1))));
    return new Listing(objects, prefixes, hasMore ? last : null);
  }

  /**
   * A folder.
   *
   * @param where its path, relative to the tree of objects
   * @param base what the locations of its objects begin with
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Position(String where, byte[] base) {
    Position child(Place.Name name) {
      String below = where.isEmpty() ? name.onDisk() : where + "/" + name.onDisk();
      return new Position(below, join(base, name.bytes()));
    }
  }

  private void descend(Directory from, List<String> folders, Position position) throws IOException {
    if (folders.isEmpty()) {
      visit(from, position);
      return;
    }
    try (Directory next = from.child(folders.getFirst())) {
      descend(next, folders.subList(1, folders.size()), position);
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Nothing has that prefix.
    }
  }

  /** All below a folder. */
  private void visit(Directory folder, Position position) throws IOException {
    byte[] base = position.base();
    Place.Name from = first(base);
    Names.Batch batch;
    do {
      batch = names.next(folder, position.where(), from, patience);
      for (Place.Name name : batch.names()) {
        patience.check();
        byte[] location = join(base, name.bytes());
        if (isWanted(location, name.isFile())) {
          if (name.isFile()) {
            take(folder, name, new String(location, StandardCharsets.UTF_8));
          } else {
            enter(folder, name, position);
          }
        }
        if (hasMore) {
          return;
        }
        from = name.successor();
      }
      Place.Name first = first(base);
      from = from.compareTo(first) < 0 ? first : from;
    } while (!batch.isEnd() && isWanted(base, false));
  }

  private void enter(Directory folder, Place.Name name, Position position) throws IOException {
    try (Directory child = folder.child(name.onDisk())) {
      visit(child, position.child(name));
    } catch (NoSuchFileException | NotDirectoryException e) {
      // It was emptied meanwhile.
    }
  }

  /** The first name in a folder that may lead to something. */
  private Place.Name first(byte[] base) {
    byte[] least = Arrays.compareUnsigned(bound, prefix) > 0 ? bound : prefix;
    return Place.Name.leastOf(
        startsWith(least, base)
            ? Arrays.copyOfRange(least, base.length, least.length)
            : new byte[0]);
  }

  /** Whether the object, or one of those that begin so, has the prefix and is after the bound. */
  private boolean isWanted(byte[] location, boolean isObject) {
    boolean isAfter = Arrays.compareUnsigned(location, bound) > 0;
    if (isObject) {
      return isAfter && startsWith(location, prefix);
    }
    return (startsWith(location, prefix) || startsWith(prefix, location))
        && (isAfter || (startsWith(bound, location) && !Arrays.equals(bound, beyond(location))));
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
