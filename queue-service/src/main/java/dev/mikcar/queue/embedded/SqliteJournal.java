package dev.mikcar.queue.embedded;

import dev.mikcar.queue.embedded.QueueTables.Opened;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Posting;
import dev.mikcar.queue.message.Source;
import dev.mikcar.sqlite.Space;
import dev.mikcar.sqlite.SqliteFile;
import dev.mikcar.sqlite.SqliteReaders;
import dev.mikcar.sqlite.SqliteWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A journal in an SQLite database. A change is complete when it is synced to disk; those that come
 * together are synced together. On a full disk messages are refused, and everything that makes room
 * or moves what is there still works.
 */
final class SqliteJournal implements Journal {
  private static final String NAME = "queue";
  private static final int READERS = 4;

  /** What an entry writes besides its message, about; bytes. */
  private static final int ROW = 128;

  /** How many bits of a number count what one opening makes; those above count the openings. */
  private static final int BITS = 40;

  private final SqliteFile file;
  private final SqliteWriter<QueueTables> writer;
  private final SqliteReaders<QueueTables> readers;
  private final Opened opened;

  private SqliteJournal(SqliteFile file) {
    this.file = file;
    this.writer = new SqliteWriter<>(NAME, file, QueueTables::new);
    this.readers = new SqliteReaders<>(NAME, file, QueueTables::new, READERS);
    try {
      this.opened = writer.submit(QueueTables::open, ROW, Space.FREES).join();
    } catch (RuntimeException e) {
      writer.close();
      readers.close();
      throw e;
    }
  }

  /**
   * The journal of a folder; makes it when it is not there. Blocks.
   *
   * @throws IllegalStateException when it cannot be had, with the reason
   */
  static SqliteJournal open(Path folder) {
    try {
      SqliteFile file = SqliteFile.open(folder, QueueTables.SCHEMA);
      try {
        return new SqliteJournal(file);
      } catch (RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("cannot open the queues in '" + folder + "'", e);
    }
  }

  @Override
  public String identity() {
    return opened.identity();
  }

  @Override
  public void recover(Recovery recovery) {
    recovery.last(opened.times() << BITS);
    try (Connection connection = file.connect()) {
      new QueueTables(connection).readAll(recovery);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the queues in '" + file.path() + "'", e);
    }
  }

  @Override
  public CompletionStage<Void> add(
      List<Entry> entries, List<Message> messages, @Nullable Remembered remembered) {
    if (entries.isEmpty() && remembered == null) {
      return CompletableFuture.completedStage(null);
    }
    // They change as soon as somebody sees them.
    List<Long> due = entries.stream().map(entry -> entry.due).toList();
    long bytes = entries.stream().mapToLong(entry -> ROW + (long) entry.size).sum();
    return submit(
        tables -> {
          for (int i = 0; i < entries.size(); i++) {
            tables.add(entries.get(i), due.get(i), messages.get(i));
          }
          if (remembered != null) {
            tables.remember(remembered, remembered.until() - Posting.REMEMBERED.toMillis());
          }
        },
        bytes,
        Space.TAKES);
  }

  @Override
  public CompletionStage<Void> remove(List<Entry> entries) {
    return submit(
        tables -> {
          for (Entry entry : entries) {
            tables.remove(entry);
          }
        },
        ROW * (long) entries.size(),
        Space.FREES);
  }

  @Override
  public CompletionStage<Void> move(Entry from, Entry to) {
    return submit(tables -> tables.move(from, to), ROW, Space.FREES);
  }

  @Override
  public CompletionStage<Void> note(Entry entry, int attempts, long due) {
    return submit(tables -> tables.note(entry, attempts, due), ROW, Space.FREES);
  }

  @Override
  public CompletionStage<Optional<Message>> load(Entry entry) {
    return readers.read(tables -> tables.message(entry.id));
  }

  @Override
  public CompletionStage<Void> createGroup(Source.Group group) {
    return submit(tables -> tables.createGroup(group), ROW, Space.TAKES);
  }

  @Override
  public CompletionStage<Void> deleteGroup(Source.Group group) {
    return submit(tables -> tables.deleteGroup(group), ROW, Space.FREES);
  }

  @Override
  public boolean holdsMessages() {
    return true;
  }

  @Override
  public CompletionStage<Void> probe() {
    return writer.probe().thenApply(_ -> null);
  }

  @Override
  public void close() {
    writer.close();
    readers.close();
    file.close();
  }

  /** A change of the tables. */
  @FunctionalInterface
  private interface Change {
    void on(QueueTables tables) throws SQLException;
  }

  private CompletionStage<Void> submit(Change change, long bytes, Space space) {
    return writer
        .submit(
            tables -> {
              change.on(tables);
              return true;
            },
            (int) Math.min(bytes, Integer.MAX_VALUE / 2),
            space)
        .thenApply(_ -> null);
  }
}
