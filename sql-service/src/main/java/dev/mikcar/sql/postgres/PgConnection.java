package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.Column;
import dev.mikcar.sql.database.SqlFailure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A session that is open. What is sent is answered in its order, and may be sent before what went
 * before is answered. Safe for any thread; answers come on the event loop of the socket.
 */
final class PgConnection {
  /** How many statements stay prepared in one session. */
  private static final int PREPARED = 256;

  private final NetSocket socket;
  private final Thread thread = Thread.currentThread();
  private final PgTypes types;
  private final Deque<Reply> awaited = new ArrayDeque<>();
  private final Map<String, String> reported = new LinkedHashMap<>();

  /** In the order of their use, the longest unused first. */
  private final LinkedHashMap<String, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true);

  private int nextName;
  private int process;
  private int secret;
  private char status = 'I';
  private boolean changed;
  private boolean closed;
  private Runnable onClose = () -> {};

  /**
   * Takes over a socket on which the login was accepted. Called on the event loop of the socket.
   */
  PgConnection(NetSocket socket, PgTypes types) {
    this.socket = socket;
    this.types = types;
    socket.closeHandler(_ -> end(lost("the connection to the database was lost")));
    socket.exceptionHandler(this::fail);
  }

  /** Takes in what the server says of itself until the session is ready. */
  Future<Reply> awaitReady() {
    return enqueue(new Reply(null, false), Buffer.buffer());
  }

  int process() {
    return process;
  }

  int secret() {
    return secret;
  }

  /** Whether its socket is served by the thread that asks. */
  boolean isOnThisThread() {
    return thread.equals(Thread.currentThread());
  }

  synchronized boolean isOpen() {
    return !closed;
  }

  /** Whether a transaction is open, sound or failed. */
  synchronized boolean isInTransaction() {
    return status != 'I';
  }

  /** Whether something was changed in the session that the next user must not find. */
  synchronized boolean isChanged() {
    return changed;
  }

  /** Ends what was changed in the session, and what was prepared; not inside of a transaction. */
  Future<Void> reset() {
    synchronized (this) {
      prepared.clear();
    }
    return simple("DISCARD ALL")
        .map(
            _ -> {
              synchronized (this) {
                changed = false;
              }
              return null;
            });
  }

  synchronized void onClose(Runnable handler) {
    onClose = handler;
  }

  void close() {
    synchronized (this) {
      closed = true;
    }
    socket.write(new Frontend().terminate().bytes()).onComplete(_ -> socket.close());
  }

  /** Runs a statement without parameters; its values come as texts. */
  Future<Reply> simple(String sql) {
    return send(new Frontend().query(sql), new Reply(null, false));
  }

  /** Sends a flight that ends with a Sync. */
  Future<Reply> send(Frontend flight, @Nullable Prepared statement) {
    return send(flight, new Reply(statement, false));
  }

  /** Sends a flight that ends with a Flush, and leaves its portal open. */
  Future<Reply> sendOpen(Frontend flight, Prepared statement) {
    return send(flight, new Reply(statement, true));
  }

  private Future<Reply> send(Frontend flight, Reply reply) {
    return enqueue(reply, flight.bytes())
        .compose(
            done -> {
              SqlFailure failure = done.failure();
              return failure == null
                  ? Future.succeededFuture(done)
                  : Future.failedFuture(new PgException(failure));
            });
  }

  private Future<Reply> enqueue(Reply reply, Buffer bytes) {
    synchronized (this) {
      if (closed) {
        return Future.failedFuture(lost("the connection to the database is closed"));
      }
      awaited.add(reply);
      if (bytes.length() > 0) {
        socket.write(bytes);
      }
    }
    return reply.whole().future();
  }

  /** Whether the statement was prepared by an earlier use, and nothing speaks against that. */
  synchronized boolean isPrepared(String sql) {
    Prepared known = prepared.get(sql);
    return known != null && freshness().isFresh(sql, known.born());
  }

  Freshness freshness() {
    return types.freshness();
  }

  /** The statement, prepared in this session; from then on for as long as it is used. */
  Future<Prepared> prepare(String sql) {
    Frontend flight = new Frontend();
    String name;
    long born = freshness().now();
    synchronized (this) {
      Prepared known = prepared.get(sql);
      if (known != null && freshness().isFresh(sql, known.born())) {
        return Future.succeededFuture(known);
      }
      if (known != null) {
        prepared.remove(sql);
        flight.closeStatement(known.name());
      } else if (prepared.size() >= PREPARED) {
        flight.closeStatement(prepared.pollFirstEntry().getValue().name());
      }
      name = "s" + nextName++;
    }
    flight.parse(name, sql).describeStatement(name).sync();
    return send(flight, new Reply(null, false))
        .compose(
            reply ->
                types
                    .learn(
                        this,
                        IntStream.concat(
                            IntStream.of(reply.parameters()),
                            reply.columns().stream().mapToInt(PgColumn::type)))
                    .map(_ -> keep(sql, name, reply, born)));
  }

  private Prepared keep(String sql, String name, Reply reply, long born) {
    List<Column> columns = new ArrayList<>();
    List<Prepared.Reader> readers = new ArrayList<>();
    for (PgColumn column : reply.columns()) {
      PgType type = types.get(column.type());
      columns.add(new Column(column.name(), type.name()));
      readers.add(type::read);
    }
    Prepared statement =
        new Prepared(
            name,
            IntStream.of(reply.parameters()).mapToObj(types::get).toList(),
            List.copyOf(columns),
            List.copyOf(readers),
            born,
            Traces.altersTables(sql));
    synchronized (this) {
      Prepared before = prepared.put(sql, statement);
      // Prepared twice at the same time: the other name is given up with the session.
      changed |= before != null || Traces.leaves(sql);
    }
    return statement;
  }

  void receive(Message message) {
    switch (message.type()) {
      case 'S' -> report(message.cString(), message.cString());
      case 'K' -> {
        process = message.int32();
        secret = message.int32();
      }
      case 'N', 'A' -> {
        // A notice, or a notification of a LISTEN: nobody waits for either.
      }
      case 'G', 'H', 'W' -> refuseCopy();
      default -> deliver(message);
    }
  }

  /** After the start, a parameter that changes was set by a statement. */
  private synchronized void report(String name, String value) {
    String before = reported.put(name, value);
    changed |= before != null && !before.equals(value);
  }

  /** COPY has no place in this API; ending the session is the one sure way out of it. */
  private void refuseCopy() {
    fail(new ApiException.BadRequest("COPY with the client is not taken"));
  }

  private void deliver(Message message) {
    Reply first;
    boolean whole;
    synchronized (this) {
      first = awaited.peek();
      if (first == null) {
        if (message.type() == 'E') {
          // Said unasked before the server closes, as when an administrator ends the session.
          closed = true;
        }
        return;
      }
      if (message.type() == 'Z') {
        status = (char) message.body().getByte(message.body().readerIndex());
      }
      whole = first.add(message);
      if (whole) {
        awaited.poll();
      }
    }
    if (whole) {
      first.whole().complete(first);
    }
  }

  /** Gives the session up: nothing that comes can be understood any more. */
  void fail(Throwable cause) {
    end(cause instanceof ApiException ? cause : lost("the connection to the database broke"));
    socket.close();
  }

  private void end(Throwable cause) {
    List<Reply> left;
    Runnable handler;
    synchronized (this) {
      closed = true;
      left = List.copyOf(awaited);
      awaited.clear();
      handler = onClose;
      onClose = () -> {};
    }
    left.forEach(
        reply -> {
          SqlFailure said = reply.failure();
          // What the server gave as its reason just before says more than that it is gone.
          reply.whole().fail(said == null ? cause : new PgException(said));
        });
    handler.run();
  }

  private static Throwable lost(String message) {
    return SqlFailure.of("08006", message).toApi();
  }

  /** The rows of the last statement of a reply. */
  static List<List<Cell>> rows(Reply reply) {
    return reply.results().isEmpty() ? List.of() : reply.results().getLast();
  }

  /** What a command tag such as {@code INSERT 0 3} says was changed; 0 for what changes no row. */
  static long affected(String tag) {
    String[] words = tag.split(" ", -1);
    boolean counts = Set.of("INSERT", "UPDATE", "DELETE", "MERGE").contains(words[0]);
    return counts ? Long.parseLong(words[words.length - 1]) : 0;
  }
}
