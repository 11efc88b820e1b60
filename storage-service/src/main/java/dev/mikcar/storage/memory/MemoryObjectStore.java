package dev.mikcar.storage.memory;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.ContentHash;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Objects in the memory of the process, gone when it ends. What finds no room is refused: content,
 * names and headers count, and of what was deleted the content while somebody reads it.
 */
public final class MemoryObjectStore implements ObjectStore {
  /** What an object takes besides its content, its name and its headers, about. */
  private static final int OVERHEAD = 1024;

  /** What a header takes besides its characters, about. */
  private static final int HEADER_OVERHEAD = 160;

  private final long capacity;
  private final AtomicLong used = new AtomicLong();
  private final ConcurrentNavigableMap<byte[], Stored> objects =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

  /**
   * An empty store.
   *
   * @param capacity bytes, uploads that are under way included
   */
  public MemoryObjectStore(long capacity) {
    this.capacity = capacity;
  }

  /** With half of the heap. */
  public static MemoryObjectStore ofHalfTheHeap() {
    return new MemoryObjectStore(Runtime.getRuntime().maxMemory() / 2);
  }

  /** An object, whose room is taken while it is in the store or read. */
  private final class Stored {
    private final ObjectInfo info;
    private final List<ByteBuffer> blocks;
    private final long room;
    private int holders = 1;

    /** The room is taken already. */
    Stored(ObjectInfo info, List<ByteBuffer> blocks, long room) {
      this.info = info;
      this.blocks = blocks;
      this.room = room;
    }

    synchronized void hold() {
      if (holders++ == 0) {
        used.addAndGet(room);
      }
    }

    synchronized void release() {
      if (--holders == 0) {
        used.addAndGet(-room);
      }
    }

    Multi<ByteBuffer> read(ByteRange.Slice slice) {
      return Multi.createFrom()
          .deferred(
              () -> {
                hold();
                return Multi.createFrom()
                    .iterable(slice(blocks, slice))
                    .onTermination()
                    .invoke(this::release);
              });
    }
  }

  private static long overhead(ObjectPath path, ObjectHeaders headers) {
    long room = (long) OVERHEAD + path.utf8().length;
    for (var field : headers.fields().entrySet()) {
      room += HEADER_OVERHEAD;
      room += field.getKey().length();
      room += field.getValue().length();
    }
    return room;
  }

  private static <T> Uni<T> now(Supplier<T> work) {
    return Uni.createFrom().item(work);
  }

  private static Uni<Void> done(Runnable work) {
    return Uni.createFrom()
        .item(
            () -> {
              work.run();
              return true;
            })
        .replaceWithVoid();
  }

  private Stored find(ObjectPath path) {
    Stored stored = objects.get(path.utf8());
    if (stored == null) {
      throw new ApiException.NotFound("no such object");
    }
    return stored;
  }

  @Override
  public Uni<ObjectInfo> head(ObjectPath path) {
    return now(() -> find(path).info);
  }

  @Override
  public Uni<ObjectBody> get(ObjectPath path, ByteRange range, @Nullable String etag) {
    return now(
        () -> {
          Stored stored = find(path);
          if (etag != null && !etag.equals(stored.info.etag())) {
            throw Condition.unmet();
          }
          ByteRange.Slice slice = range.of(stored.info.size());
          return new ObjectBody(stored.info, slice, new Content.Streamed(stored.read(slice)));
        });
  }

  private static List<ByteBuffer> slice(List<ByteBuffer> blocks, ByteRange.Slice slice) {
    List<ByteBuffer> wanted = new ArrayList<>();
    long skip = slice.first();
    long left = slice.length();
    for (ByteBuffer block : blocks) {
      int from = (int) Math.min(skip, block.remaining());
      int length = (int) Math.min(left, block.remaining() - from);
      if (length > 0) {
        wanted.add(block.slice(block.position() + from, length));
      }
      skip -= from;
      left -= length;
    }
    return wanted;
  }

  @Override
  public Uni<ObjectInfo> put(ObjectPath path, Upload upload) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Stored there = objects.get(path.utf8());
              upload.condition().require(there == null ? null : there.info.etag());
              Receiving receiving = new Receiving(overhead(path, upload.headers()));
              return upload
                  .body()
                  .onItem()
                  .invoke(receiving::add)
                  .onItem()
                  .ignoreAsUni()
                  .map(ignored -> keep(path, upload, receiving))
                  .onTermination()
                  .invoke((ignored, failure, cancelled) -> receiving.end());
            });
  }

  private ObjectInfo keep(ObjectPath path, Upload upload, Receiving receiving) {
    Stored stored = receiving.stored(upload.headers());
    objects.compute(
        path.utf8(),
        (key, there) -> {
          upload.condition().require(there == null ? null : there.info.etag());
          release(there);
          receiving.kept = true;
          return stored;
        });
    return stored.info;
  }

  /** How much is taken, bytes. */
  long used() {
    return used.get();
  }

  private void reserve(long bytes) {
    if (used.addAndGet(bytes) > capacity) {
      used.addAndGet(-bytes);
      throw new ApiException.BackendUnavailable("the memory of the storage is full", 5);
    }
  }

  private static void release(@Nullable Stored stored) {
    if (stored != null) {
      stored.release();
    }
  }

  @Override
  public Uni<Void> delete(ObjectPath path, Condition condition) {
    return done(
        () -> {
          objects.compute(
              path.utf8(),
              (key, there) -> {
                if (there == null) {
                  throw new ApiException.NotFound("no such object");
                }
                condition.require(there.info.etag());
                release(there);
                return null;
              });
        });
  }

  @Override
  public Uni<Listing> list(Listing.Query query) {
    return now(() -> new Page(query).of(objects));
  }

  @Override
  public Uni<Void> copy(ObjectPath from, ObjectPath to) {
    return done(
        () -> {
          Stored source = find(from);
          if (!from.equals(to)) {
            ObjectInfo old = source.info;
            // As if the content were there twice: the source may be deleted.
            long room = overhead(to, old.headers()) + old.size();
            reserve(room);
            ObjectInfo info =
                new ObjectInfo(
                    old.size(),
                    old.etag(),
                    Instant.now().truncatedTo(ChronoUnit.MILLIS),
                    old.headers());
            release(objects.put(to.utf8(), new Stored(info, source.blocks, room)));
          }
        });
  }

  @Override
  public Uni<Void> move(ObjectPath from, ObjectPath to) {
    return copy(from, to)
        .chain(() -> from.equals(to) ? Uni.createFrom().voidItem() : delete(from, Condition.NONE));
  }

  @Override
  public Uni<Void> ping() {
    return Uni.createFrom().voidItem();
  }

  @Override
  public void close() {
    objects.clear();
  }

  /** One body on its way in. */
  private final class Receiving {
    private final Blocks blocks = new Blocks(MemoryObjectStore.this::reserve);
    private final ContentHash hash = new ContentHash();
    private final long overhead;
    private boolean kept;

    Receiving(long overhead) {
      reserve(overhead);
      this.overhead = overhead;
    }

    void add(ByteBuffer chunk) {
      hash.update(chunk);
      blocks.add(chunk);
    }

    Stored stored(ObjectHeaders headers) {
      List<ByteBuffer> content = blocks.finish();
      return new Stored(
          new ObjectInfo(
              blocks.size(),
              hash.etag(headers),
              Instant.now().truncatedTo(ChronoUnit.MILLIS),
              headers),
          content,
          overhead + blocks.size());
    }

    void end() {
      if (!kept) {
        blocks.discard();
        used.addAndGet(-overhead);
      }
    }
  }

  /** One page of a listing. */
  private static final class Page {
    private final Listing.Query query;
    private final byte[] prefix;

    Page(Listing.Query query) {
      this.query = query;
      this.prefix = query.prefix().getBytes(StandardCharsets.UTF_8);
    }

    Listing of(NavigableMap<byte[], Stored> objects) {
      List<Listing.Item> items = new ArrayList<>();
      List<String> prefixes = new ArrayList<>();
      byte[] after = query.after().getBytes(StandardCharsets.UTF_8);
      byte[] bound = query.isAfterPrefix() ? beyond(after) : after;
      String last = null;
      var next =
          Arrays.compareUnsigned(prefix, bound) > 0
              ? objects.ceilingEntry(prefix)
              : objects.higherEntry(bound);
      while (next != null && startsWithPrefix(next.getKey())) {
        if (items.size() + prefixes.size() == query.limit()) {
          return new Listing(items, prefixes, last);
        }
        String location = new String(next.getKey(), StandardCharsets.UTF_8);
        String common = query.rolledUp(location);
        if (common == null) {
          ObjectInfo info = next.getValue().info;
          items.add(
              new Listing.Item(
                  location, info.size(), info.lastModified(), '"' + info.etag() + '"'));
          next = objects.higherEntry(next.getKey());
        } else {
          prefixes.add(common);
          next = objects.higherEntry(beyond(common.getBytes(StandardCharsets.UTF_8)));
        }
        last = common == null ? location : common;
      }
      return new Listing(items, prefixes, null);
    }

    private boolean startsWithPrefix(byte[] location) {
      return location.length >= prefix.length
          && Arrays.equals(location, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** After all that begins so: no UTF-8 has such a byte. */
    private static byte[] beyond(byte[] bytes) {
      byte[] bound = Arrays.copyOf(bytes, bytes.length + 1);
      bound[bytes.length] = (byte) 0xff;
      return bound;
    }
  }
}
