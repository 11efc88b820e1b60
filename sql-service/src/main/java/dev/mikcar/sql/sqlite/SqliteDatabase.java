package dev.mikcar.sql.sqlite;

import dev.mikcar.sql.database.Chunk;
import dev.mikcar.sql.database.Options;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.RowSource;
import dev.mikcar.sql.database.Session;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.database.Table;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * SQLite: one connection that writes, and some that read beside it, which the write-ahead log
 * allows. A database in memory has only the one.
 */
public final class SqliteDatabase implements SqlDatabase {
  private static final Set<String> MAYBE_READING = Set.of("SELECT", "VALUES", "WITH", "EXPLAIN");

  /** What SQLite refuses inside of a transaction, or does not need one for. */
  private static final Set<String> BY_THEMSELVES = Set.of("VACUUM", "PRAGMA");

  private static final Duration CATALOGUE = Duration.ofSeconds(10);
  private static final Duration PING = Duration.ofSeconds(3);

  private final Slots writer;
  private final Slots readers;
  private final ResultMemory memory = new ResultMemory();

  private SqliteDatabase(Slots writer, Slots readers) {
    this.writer = writer;
    this.readers = readers;
  }

  /**
   * The database in a file, which is made, with its folder, when it is not there.
   *
   * @param readers how many statements may read at a time
   * @param patience how long a request waits for a connection
   */
  public static SqliteDatabase inFile(Path path, int readers, Duration patience) {
    DatabaseFile file = new DatabaseFile(path);
    return new SqliteDatabase(
        new Slots(1, patience, () -> Slot.open(file, false)),
        new Slots(readers, patience, () -> Slot.open(file, true)));
  }

  /** A database of its own, gone when it is closed. */
  public static SqliteDatabase inMemory(Duration patience) {
    Slots one = new Slots(1, patience, Slot::openInMemory);
    return new SqliteDatabase(one, one);
  }

  private boolean isInMemory() {
    return writer == readers;
  }

  @Override
  public Uni<Result> run(Statement statement, Options options) {
    String kind = SqliteGuard.check(statement.sql());
    if (options.readOnly() || MAYBE_READING.contains(kind)) {
      Uni<Result> read = reading(options, use -> use.run(statement));
      return options.readOnly()
          ? read
          : read.onFailure(NotReading.class)
              .recoverWithUni(() -> writing(kind, statement, options));
    }
    return writing(kind, statement, options);
  }

  private Uni<Result> writing(String kind, Statement statement, Options options) {
    return BY_THEMSELVES.contains(kind)
        ? use(writer, options, use -> use.run(statement))
        : transaction(options, session -> session.run(statement));
  }

  private <T> Uni<T> reading(Options options, Function<SqliteUse, Uni<T>> work) {
    return use(readers, options, use -> use.queryOnly(isInMemory()).chain(() -> work.apply(use)))
        .onFailure(e -> options.readOnly() && e instanceof NotReading)
        .transform(_ -> NotReading.forbidden());
  }

  @Override
  public Multi<Chunk> stream(Statement statement, Options options) {
    String kind = SqliteGuard.check(statement.sql());
    if (options.readOnly() || MAYBE_READING.contains(kind)) {
      Multi<Chunk> read = streamOn(readers, statement, options, true);
      return options.readOnly()
          ? read.onFailure(NotReading.class).transform(_ -> NotReading.forbidden())
          : read.onFailure(NotReading.class)
              .recoverWithMulti(() -> streamOn(writer, statement, options, false));
    }
    return streamOn(writer, statement, options, false);
  }

  private Multi<Chunk> streamOn(
      Slots slots, Statement statement, Options options, boolean reading) {
    return RowSource.stream(
        () ->
            new SqliteStream(
                slots, statement, options, memory, new SqliteStream.Begin(reading, isInMemory())));
  }

  @Override
  public <T> Uni<T> transaction(Options options, Function<Session, Uni<T>> work) {
    return options.readOnly()
        ? reading(options, use -> inTransaction(use, true, work))
        : use(writer, options, use -> inTransaction(use, false, work));
  }

  private static <T> Uni<T> inTransaction(
      SqliteUse use, boolean readOnly, Function<Session, Uni<T>> work) {
    return use.begin(readOnly)
        .chain(() -> work.apply(use))
        .chain(result -> use.commit().map(_ -> result));
  }

  /** Cancelling interrupts it, and waits for nothing: it goes on to its end, and is undone. */
  private <T> Uni<T> use(Slots slots, Options options, Function<SqliteUse, Uni<T>> work) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              AtomicReference<SqliteUse> current = new AtomicReference<>();
              AtomicBoolean gone = new AtomicBoolean();
              emitter.onTermination(() -> interrupt(current, gone));
              using(
                      slots,
                      options,
                      use -> {
                        begin(use, current, gone);
                        return work.apply(use);
                      })
                  .subscribe()
                  .with(emitter::complete, emitter::fail);
            });
  }

  /** A use whose caller went before it began ends at once. */
  private static void begin(SqliteUse use, AtomicReference<SqliteUse> current, AtomicBoolean gone) {
    current.set(use);
    if (gone.get()) {
      use.interrupt();
    }
  }

  private static void interrupt(AtomicReference<SqliteUse> current, AtomicBoolean gone) {
    gone.set(true);
    SqliteUse running = current.get();
    if (running != null) {
      running.interrupt();
    }
  }

  private <T> Uni<T> using(Slots slots, Options options, Function<SqliteUse, Uni<T>> work) {
    return slots
        .acquire(options.timeout())
        .chain(
            slot -> {
              SqliteUse use = new SqliteUse(slot, options, memory);
              return Uni.createFrom()
                  .deferred(() -> work.apply(use))
                  .onTermination()
                  .call(() -> use.abandon().eventually(() -> slots.release(slot)));
            });
  }

  @Override
  public Uni<Table> table(String name) {
    return run(SqliteCatalogue.lookUp(name), Options.internal(CATALOGUE))
        .map(result -> SqliteCatalogue.table(name, result));
  }

  @Override
  public Uni<Void> ping() {
    if (readers.isExhausted()) {
      // Busy is not down: waiting in line with the others would say so.
      return Uni.createFrom().voidItem();
    }
    return run(
            new Statement("SELECT count(*) FROM sqlite_schema", List.of()), Options.internal(PING))
        .replaceWithVoid();
  }

  @Override
  public void close() {
    readers.close();
    writer.close();
  }
}
