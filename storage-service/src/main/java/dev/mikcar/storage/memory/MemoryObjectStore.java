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

/** Objects in the memory of the process, gone when it ends. What finds no room is refused. */
public final class MemoryObjectStore implements ObjectStore {
  /** What an object takes besides its content, about. */
  private static final int OVERHEAD = 1024;

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

  private record Stored(ObjectInfo info, List<ByteBuffer> chunks) {
    long room() {
      return info.size() + OVERHEAD;
    }
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
    return now(() -> find(path).info());
  }

  @Override
  public Uni<ObjectBody> get(ObjectPath path, ByteRange range, @Nullable String etag) {
    return now(
        () -> {
          Stored stored = find(path);
          if (etag != null && !etag.equals(stored.info().etag())) {
            throw Condition.unmet();
          }
          ByteRange.Slice slice = range.of(stored.info().size());
          return new ObjectBody(
              stored.info(),
              slice,
              new Content.Streamed(Multi.createFrom().iterable(slice(stored.chunks(), slice))));
        });
  }

  private static List<ByteBuffer> slice(List<ByteBuffer> chunks, ByteRange.Slice slice) {
    List<ByteBuffer> wanted = new ArrayList<>();
    long skip = slice.first();
    long left = slice.length();
    for (ByteBuffer chunk : chunks) {
      int from = (int) Math.min(skip, chunk.remaining());
      int length = (int) Math.min(left, chunk.remaining() - from);
      if (length > 0) {
        wanted.add(chunk.slice(chunk.position() + from, length).asReadOnlyBuffer());
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
              upload.condition().require(there == null ? null : there.info().etag());
              Receiving receiving = new Receiving();
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
          upload.condition().require(there == null ? null : there.info().etag());
          release(there);
          receiving.kept = true;
          return stored;
        });
    return stored.info();
  }

  private void reserve(long bytes) {
    if (used.addAndGet(bytes) > capacity) {
      used.addAndGet(-bytes);
      throw new ApiException.BackendUnavailable("the memory of the storage is full", 5);
    }
  }

  private void release(@Nullable Stored stored) {
    if (stored != null) {
      used.addAndGet(-stored.room());
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
                condition.require(there.info().etag());
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
            reserve(source.room());
            ObjectInfo old = source.info();
            ObjectInfo info =
                new ObjectInfo(
                    old.size(),
                    old.etag(),
                    Instant.now().truncatedTo(ChronoUnit.MILLIS),
                    old.headers());
            release(objects.put(to.utf8(), new Stored(info, source.chunks())));
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
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private final ContentHash hash = new ContentHash();
    private long reserved;
    private boolean kept;

    Receiving() {
      reserve(OVERHEAD);
      reserved = OVERHEAD;
    }

    void add(ByteBuffer chunk) {
      reserve(chunk.remaining());
      reserved += chunk.remaining();
      hash.update(chunk);
      chunks.add(chunk);
    }

    Stored stored(ObjectHeaders headers) {
      return new Stored(
          new ObjectInfo(
              reserved - OVERHEAD,
              hash.etag(headers),
              Instant.now().truncatedTo(ChronoUnit.MILLIS),
              headers),
          List.copyOf(chunks));
    }

    void end() {
      if (!kept) {
        used.addAndGet(-reserved);
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
          ObjectInfo info = next.getValue().info();
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
