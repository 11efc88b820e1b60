package dev.mikcar.kv.infinispan;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
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

  private record Open(
      InitializationContext context, SqliteFile file, SqliteReaders readers, SqliteWriter writer) {}

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
                SqliteFile file = SqliteFile.open(Path.of(folder));
                open =
                    new Open(
                        context,
                        file,
                        new SqliteReaders(file),
                        new SqliteWriter(file, context.getNonBlockingManager()));
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
              ending.file().close();
            },
            "kv-close");
  }

  /** Every key with its expiry, in no order; blocks. */
  void forEachKey(BiConsumer<byte[], Long> action) {
    try {
      open().file().forEachKey(action);
    } catch (SQLException e) {
      throw new PersistenceException("cannot read the keys of the kv store", e);
    }
  }

  /** Completes when writes work, as far as can be told; fails with the reason why not. */
  CompletionStage<Boolean> probe() {
    return open().writer().probe();
  }

  @Override
  public CompletionStage<MarshallableEntry<WrappedByteArray, WrappedByteArray>> load(
      int segment, Object key) {
    Open current = open();
    return current
        .context()
        .getBlockingManager()
        .supplyBlocking(() -> read(current, (WrappedByteArray) key), "kv-read");
  }

  private static @Nullable MarshallableEntry<WrappedByteArray, WrappedByteArray> read(
      Open open, WrappedByteArray key) {
    byte[] value;
    try {
      value = open.readers().read(key.getBytes());
    } catch (SQLException e) {
      throw new PersistenceException("cannot read from the kv store", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PersistenceException("interrupted", e);
    }
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
    byte[] value = entry.getValue().getBytes();
    return open()
        .writer()
        .put(entry.getKey().getBytes(), EntryCodec.expiresAt(value), value)
        .thenApply(_ -> null);
  }

  @Override
  public CompletionStage<Boolean> delete(int segment, Object key) {
    return open().writer().remove(((WrappedByteArray) key).getBytes());
  }

  /** kv never empties its cache. */
  @Override
  public CompletionStage<Void> clear() {
    throw new UnsupportedOperationException();
  }
}
