package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KeyPage;
import dev.mikcar.sqlite.Space;
import dev.mikcar.sqlite.SqliteFile;
import dev.mikcar.sqlite.SqliteReaders;
import dev.mikcar.sqlite.SqliteWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.infinispan.commons.marshall.WrappedByteArray;
import org.infinispan.commons.util.concurrent.CompletableFutures;
import org.infinispan.persistence.spi.InitializationContext;
import org.infinispan.persistence.spi.MarshallableEntry;
import org.infinispan.persistence.spi.NonBlockingStore;
import org.infinispan.persistence.spi.PersistenceException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the entries of an Infinispan cache in an SQLite database. A write is complete when it is
 * synced to disk. Infinispan creates it, and writes a key under the key's lock.
 */
public final class SqliteStore implements NonBlockingStore<WrappedByteArray, WrappedByteArray> {
  /** The property that names the folder. */
  static final String FOLDER = "folder";

  private @Nullable Open open;

  private static final int READERS = 4;
  private static final int LISTERS = 2;

  private record Open(
      InitializationContext context,
      SqliteFile file,
      SqliteReaders<EntryTable> readers,
      SqliteReaders<EntryTable> listers,
      SqliteWriter<EntryTable> writer) {}

  private Open open() {
    return Objects.requireNonNull(open, "not started");
  }

  @Override
  public CompletionStage<Void> start(InitializationContext context) {
    String folder = context.getConfiguration().properties().getProperty(FOLDER);
    return context
        .getBlockingManager()
        .runBlocking(
            () -> {
              try {
                SqliteFile file = SqliteFile.open(Path.of(folder), EntryTable.SCHEMA);
                open =
                    new Open(
                        context,
                        file,
                        new SqliteReaders<>("kv", file, EntryTable::new, READERS),
                        new SqliteReaders<>("kv-keys", file, EntryTable::new, LISTERS),
                        new SqliteWriter<>("kv", file, EntryTable::new));
              } catch (IOException | SQLException e) {
                throw new PersistenceException("cannot open the kv store in '" + folder + "'", e);
              }
            },
            "kv-open");
  }

  @Override
  public CompletionStage<Void> stop() {
    Open ending = open;
    open = null;
    if (ending == null) {
      return CompletableFutures.completedNull();
    }
    return ending
        .context()
        .getBlockingManager()
        .runBlocking(
            () -> {
              ending.writer().close();
              ending.readers().close();
              ending.listers().close();
              ending.file().close();
            },
            "kv-close");
  }

  CompletableFuture<OptionalLong> expiresAt(Key key) {
    return open().readers().read(table -> table.expiresAt(key.utf8()));
  }

  /** How many bytes the values of keys have together. */
  CompletableFuture<Long> size(List<Key> keys) {
    return open()
        .readers()
        .read(
            table -> {
              long size = 0;
              for (Key key : keys) {
                size += table.size(key.utf8());
              }
              return size;
            });
  }

  /** The values of keys that have one. */
  CompletableFuture<Map<Key, byte[]>> values(List<Key> keys) {
    return open()
        .readers()
        .read(
            table -> {
              Map<Key, byte[]> found = new HashMap<>();
              for (Key key : keys) {
                byte[] value = table.value(key.utf8());
                if (value != null) {
                  found.put(key, value);
                }
              }
              return found;
            });
  }

  /** See {@link Keys#collect}. Has readers of its own, so that no listing keeps a get waiting. */
  CompletableFuture<KeyPage> collect(
      @Nullable Key from, boolean inclusive, KeyCollector collector) {
    return open()
        .listers()
        .read(
            table -> {
              table.collect(from, inclusive, collector);
              return collector.page();
            });
  }

  /** See {@link Keys#removeGone}. */
  CompletableFuture<Integer> removeGone(long now, int most) {
    return open().writer().submit(table -> table.removeGone(now, most), 0, Space.FREES);
  }

  /** Completes when writes work; fails with the reason why not. */
  CompletableFuture<@Nullable Void> probe() {
    return open().writer().probe();
  }

  @Override
  public CompletionStage<MarshallableEntry<WrappedByteArray, WrappedByteArray>> load(
      int segment, Object key) {
    Open current = open();
    WrappedByteArray wanted = (WrappedByteArray) key;
    return current
        .readers()
        .read(table -> table.value(wanted.getBytes()))
        .thenApply(value -> entry(current, wanted, value));
  }

  private static @Nullable MarshallableEntry<WrappedByteArray, WrappedByteArray> entry(
      Open open, WrappedByteArray key, byte @Nullable [] value) {
    return value == null
        ? null
        : open.context()
            .<WrappedByteArray, WrappedByteArray>getMarshallableEntryFactory()
            .create(key, new WrappedByteArray(value));
  }

  @Override
  public CompletionStage<Void> write(
      int segment,
      MarshallableEntry<? extends WrappedByteArray, ? extends WrappedByteArray> entry) {
    byte[] key = entry.getKey().getBytes();
    byte[] value = entry.getValue().getBytes();
    long expiresAt = EntryCodec.expiryOf(value);
    return open()
        .writer()
        .submit(table -> table.put(key, expiresAt, value), key.length + value.length, Space.TAKES)
        .thenApply(_ -> null);
  }

  @Override
  public CompletionStage<Boolean> delete(int segment, Object key) {
    byte[] bytes = ((WrappedByteArray) key).getBytes();
    return open().writer().submit(table -> table.remove(bytes), bytes.length, Space.FREES);
  }

  /** kv never empties its cache. */
  @Override
  public CompletionStage<Void> clear() {
    throw new UnsupportedOperationException();
  }
}
