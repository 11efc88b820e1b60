package dev.mikcar.email.idempotency;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.log.LastingTrouble;
import dev.mikcar.email.mail.Outcome;
import dev.mikcar.sqlite.Space;
import dev.mikcar.sqlite.SqliteFile;
import dev.mikcar.sqlite.SqliteReaders;
import dev.mikcar.sqlite.SqliteWriter;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for 24 hours what became of the messages of requests that have a key. An entry is on
 * stable storage before the server can have accepted its message, so a process that was killed
 * meanwhile knows afterwards that it does not know. The file is made when the first key is used.
 * For use by many at once; blocks.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Ledger.class);
  private static final Duration MEMORY = Duration.ofHours(24);
  private static final String NAME = "email";
  private static final int READERS = 2;

  /** About what an entry takes. */
  private static final int BYTES = 512;

  private final Path folder;
  private final InstantSource clock;
  private final LastingTrouble trouble = new LastingTrouble(LOG, "What became of mail");
  private final Map<String, Running<?>> running = new ConcurrentHashMap<>();
  private @Nullable Open open;
  private boolean closed;

  /** A request under way, which others with the same key wait for. */
  private record Running<R>(IdempotencyKey key, CompletableFuture<R> result) {}

  private record Open(
      SqliteFile file, SqliteWriter<Entries> writer, SqliteReaders<Entries> readers) {}

  /**
   * Opens nothing yet.
   *
   * @param folder of this ledger alone
   */
  public Ledger(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * Does the work of a request, unless another request with the same key is at it: then that one's
   * result is this one's too.
   *
   * @param work given what is known of its messages already
   * @throws ApiException.Conflict when the key was used for another request
   */
  public <R> R once(IdempotencyKey key, Function<Known, R> work) {
    Running<R> mine = new Running<>(key, new CompletableFuture<>());
    Running<?> other = running.putIfAbsent(key.text(), mine);
    if (other != null) {
      requireSame(key, other.key().request());
      @SuppressWarnings("unchecked") // The same route, which is part of the request.
      R result = (R) join(other.result());
      return result;
    }
    try {
      R result = work.apply(new Written(key, find(key)));
      mine.result().complete(result);
      return result;
    } catch (RuntimeException | Error e) {
      mine.result().completeExceptionally(e);
      throw e;
    } finally {
      running.remove(key.text());
    }
  }

  private static void requireSame(IdempotencyKey key, String request) {
    if (!request.equals(key.request())) {
      throw new ApiException.Conflict(
          "IDEMPOTENCY_KEY_REUSED", "the Idempotency-Key was used with another body");
    }
  }

  private Map<Integer, Entry> find(IdempotencyKey key) {
    Optional<Entries.Found> found =
        join(open().readers().read(entries -> entries.find(key.text(), since())));
    found.ifPresent(known -> requireSame(key, known.request()));
    return found.map(Entries.Found::entries).orElse(Map.of());
  }

  private long since() {
    return clock.millis() - MEMORY.toMillis();
  }

  /** On disk. */
  private final class Written implements Known {
    private final IdempotencyKey key;
    private final Map<Integer, Entry> entries;
    private final Set<Integer> begun = ConcurrentHashMap.newKeySet();

    Written(IdempotencyKey key, Map<Integer, Entry> entries) {
      this.key = key;
      this.entries = entries;
    }

    @Override
    public Optional<Outcome> outcome(int item) {
      return Optional.ofNullable(entries.get(item)).map(Entry::outcome);
    }

    @Override
    public void begin(int item, String id) {
      write(item, Entry.begun(id));
      begun.add(item);
    }

    /** What cannot be written is said in the log: the answer is true all the same. */
    @Override
    public void end(int item, String id, Outcome outcome) {
      try {
        Optional<Entry> entry = Entry.of(id, outcome);
        if (entry.isPresent()) {
          write(item, entry.get());
        } else if (begun.contains(item)) {
          join(open().writer().submit(entries -> entries.remove(key, item), BYTES, Space.FREES));
        }
        trouble.isOver();
      } catch (ApiException e) {
        trouble.is("it cannot be remembered", e);
      }
    }

    private void write(int item, Entry entry) {
      join(
          open()
              .writer()
              .submit(
                  entries -> entries.put(key, item, entry, clock.millis(), since()),
                  BYTES,
                  Space.TAKES));
    }
  }

  private static <R> R join(CompletableFuture<R> result) {
    try {
      return result.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private synchronized Open open() {
    if (closed) {
      throw new ApiException.BackendUnavailable("this process is shutting down", 1);
    }
    Open there = open;
    if (there == null) {
      try {
        SqliteFile file = SqliteFile.open(folder, Entries.SCHEMA);
        there =
            new Open(
                file,
                new SqliteWriter<>(NAME, file, Entries::new),
                new SqliteReaders<>(NAME, file, Entries::new, READERS));
        open = there;
      } catch (IOException | SQLException e) {
        trouble.is("it cannot be remembered", e);
        throw new ApiException.BackendUnavailable(
            "what became of mail cannot be remembered now, so none is sent with a key", 1);
      }
    }
    return there;
  }

  /** Completes when entries can be written; at once when there was none yet. */
  public Uni<Void> ping() {
    Open there;
    synchronized (this) {
      there = open;
    }
    return there == null
        ? Uni.createFrom().voidItem()
        : Uni.createFrom()
            .completionStage(() -> there.writer().probe().thenApply(_ -> true))
            .replaceWithVoid();
  }

  @Override
  public synchronized void close() {
    closed = true;
    Open there = open;
    if (there != null) {
      there.writer().close();
      there.readers().close();
      there.file().close();
    }
  }
}
