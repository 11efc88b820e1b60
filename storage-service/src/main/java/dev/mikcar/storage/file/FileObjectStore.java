package dev.mikcar.storage.file;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.log.LastingTrouble;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.ContentHash;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files in a folder, each with its headers in one file ({@link Trailer}). A write goes
 * to a temporary file, which is synced, moved into place, and the folder synced; only then is it
 * answered. One process at a time, so that conditions can be judged under a lock of this process.
 */
public final class FileObjectStore implements ObjectStore {
  private static final Logger LOG = Logger.getLogger(FileObjectStore.class);

  /** How many chunks of a body wait to be written; the server makes none of more than 8 KiB. */
  private static final int WINDOW = 8;

  /** What a body that is received holds at most, bytes. */
  private static final int RECEIVED_AT_ONCE = WINDOW << 13;

  /** Between two looks at whether the process is ending, bytes. */
  private static final long COPIED_AT_ONCE = 64L << 20;

  private final LastingTrouble trouble = new LastingTrouble(LOG, "storage");
  private final Path path;
  private final MemoryBudget memory;
  private final PathLocks locks = new PathLocks();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Object opening = new Object();
  private @Nullable Folder opened;
  private volatile boolean closing;

  /**
   * A store in a folder, which is opened, and made, when it is used first; and again after it was
   * taken away.
   *
   * @param memory for what is received
   */
  public FileObjectStore(Path path, MemoryBudget memory) {
    this.path = path;
    this.memory = memory;
  }

  private interface Work<T> {
    T in(Folder folder) throws IOException;
  }

  private <T> Uni<T> io(Work<T> work) {
    return Uni.createFrom().item(() -> translated(work)).runSubscriptionOn(threads);
  }

  private Uni<Void> done(Work<Boolean> work) {
    return io(work).replaceWithVoid();
  }

  /** See {@link Patience}. */
  private void require(boolean isWanted) {
    if (closing || !isWanted) {
      throw new ApiException.BackendUnavailable("the storage is ending", 1);
    }
  }

  private <T> T translated(Work<T> work) {
    try {
      Folder folder = folder();
      try {
        return work.in(folder);
      } catch (NoSuchFileException e) {
        if (folder.isCurrent()) {
          throw new ApiException.NotFound("no such object");
        }
        throw e;
      }
    } catch (IOException | ClosedDirectoryStreamException e) {
      String message =
          isFull(String.valueOf(e.getMessage()))
              ? "the disk of the storage is full"
              : "the folder of the storage cannot be used now";
      trouble.is(message, e);
      throw new ApiException.BackendUnavailable(message, 5);
    }
  }

  /** Java tells it by the system's own words only. */
  private static boolean isFull(String reason) {
    return reason.contains("No space left") || reason.contains("quota exceeded");
  }

  /** The folder that the path leads to now: what is open may have been taken away. */
  private Folder folder() throws IOException {
    synchronized (opening) {
      if (opened != null && !opened.isCurrent()) {
        Folder lost = opened;
        opened = null;
        lost.close();
      }
      if (opened == null) {
        opened = Folder.open(path);
      }
      return opened;
    }
  }

  @Override
  public Uni<ObjectInfo> head(ObjectPath object) {
    return io(folder -> info(folder, object));
  }

  private static ObjectInfo info(Folder folder, ObjectPath object) throws IOException {
    try (FileChannel file = folder.read(Place.of(object))) {
      return Trailer.read(file);
    }
  }

  @Override
  public Uni<ObjectBody> get(ObjectPath object, ByteRange range, @Nullable String etag) {
    return io(folder -> open(folder.read(Place.of(object)), range, etag));
  }

  private static ObjectBody open(FileChannel file, ByteRange range, @Nullable String etag)
      throws IOException {
    try {
      ObjectInfo info = Trailer.read(file);
      if (etag != null && !etag.equals(info.etag())) {
        throw Condition.unmet();
      }
      ByteRange.Slice slice = range.of(info.size());
      return new ObjectBody(info, slice, new Content.InFile(file, slice.first(), slice.length()));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public Uni<ObjectInfo> put(ObjectPath object, Upload upload) {
    return io(
        folder -> {
          require(folder, object, upload.condition());
          try (var _ = memory.take(upload.part(RECEIVED_AT_ONCE))) {
            return write(folder, object, upload.condition(), file -> receive(file, upload));
          }
        });
  }

  private interface Writing {
    ObjectInfo to(FileChannel file) throws IOException;
  }

  /** Writes a whole file aside, then puts it where the object is. */
  private ObjectInfo write(Folder folder, ObjectPath object, Condition condition, Writing writing)
      throws IOException {
    String name = Folder.temporaryName();
    boolean moved = false;
    FileChannel created = folder.temporary().create(name);
    try {
      ObjectInfo info;
      try (FileChannel file = created) {
        info = writing.to(file);
        writeAll(file, Trailer.encode(info));
        file.force(false);
      }
      moved =
          locks.with(
              object,
              () -> {
                require(folder, object, condition);
                folder.moveIn(folder.temporary(), name, Place.of(object));
                return true;
              });
      return info;
    } finally {
      if (!moved) {
        folder.discard(name);
      }
    }
  }

  private static ObjectInfo receive(FileChannel file, Upload upload) throws IOException {
    ContentHash hash = new ContentHash();
    try (Stream<ByteBuffer> chunks =
        upload.body().subscribe().asStream(WINDOW, () -> new ArrayBlockingQueue<>(WINDOW))) {
      for (Iterator<ByteBuffer> i = chunks.iterator(); i.hasNext(); ) {
        ByteBuffer chunk = i.next();
        hash.update(chunk);
        writeAll(file, chunk);
      }
    }
    return new ObjectInfo(
        file.position(),
        hash.etag(upload.headers()),
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        upload.headers());
  }

  private static void writeAll(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  private static void require(Folder folder, ObjectPath object, Condition condition)
      throws IOException {
    if (!condition.isNone()) {
      condition.require(etag(folder, object));
    }
  }

  private static @Nullable String etag(Folder folder, ObjectPath object) throws IOException {
    try {
      return info(folder, object).etag();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public Uni<Void> delete(ObjectPath object, Condition condition) {
    return done(
        folder -> {
          Place place = Place.of(object);
          return locks.with(
              object,
              () -> {
                ObjectInfo there = info(folder, object);
                condition.require(there.etag());
                folder.in(
                    place,
                    parent -> {
                      parent.deleteFile(place.file());
                      parent.sync();
                      return true;
                    });
                folder.prune(place);
                return true;
              });
        });
  }

  @Override
  public Uni<Listing> list(Listing.Query query) {
    return Uni.createFrom()
        .<Listing>emitter(
            listing -> {
              AtomicBoolean isOver = new AtomicBoolean();
              listing.onTermination(() -> isOver.set(true));
              listing.complete(
                  translated(
                      folder ->
                          new Walk(folder.names(), query, () -> require(!isOver.get()))
                              .through(folder)));
            })
        .runSubscriptionOn(threads);
  }

  @Override
  public Uni<Void> copy(ObjectPath from, ObjectPath to) {
    return done(
        folder -> {
          try (FileChannel source = folder.read(Place.of(from))) {
            ObjectInfo info = Trailer.read(source);
            if (!from.equals(to)) {
              ObjectInfo _ = write(folder, to, Condition.NONE, file -> copy(source, info, file));
            }
            return true;
          }
        });
  }

  /** Left to the kernel, which on some file systems does not even copy. */
  private ObjectInfo copy(FileChannel source, ObjectInfo info, FileChannel target)
      throws IOException {
    long done = 0;
    while (done < info.size()) {
      require(true);
      long count = source.transferTo(done, Math.min(info.size() - done, COPIED_AT_ONCE), target);
      if (count <= 0) {
        throw new IOException("a file was cut short while it was copied");
      }
      done += count;
    }
    return new ObjectInfo(
        info.size(), info.etag(), Instant.now().truncatedTo(ChronoUnit.MILLIS), info.headers());
  }

  @Override
  public Uni<Void> move(ObjectPath from, ObjectPath to) {
    return done(
        folder ->
            locks.with(
                from,
                to,
                () -> {
                  ObjectInfo _ = info(folder, from);
                  if (!from.equals(to)) {
                    rename(folder, Place.of(from), Place.of(to));
                  }
                  return true;
                }));
  }

  private static void rename(Folder folder, Place from, Place to) throws IOException {
    folder.in(
        from,
        parent -> {
          folder.moveIn(parent, from.file(), to);
          parent.sync();
          return true;
        });
    folder.prune(from);
  }

  /** Tries what a write does. */
  @Override
  public Uni<Void> ping() {
    return done(
        folder -> {
          folder.requireRoom();
          trouble.isOver();
          return true;
        });
  }

  @Override
  public void close() {
    closing = true;
    threads.close();
    synchronized (opening) {
      try {
        if (opened != null) {
          opened.close();
        }
      } catch (IOException e) {
        LOG.warnf("The storage folder cannot be closed: %s", e);
      }
    }
  }
}
