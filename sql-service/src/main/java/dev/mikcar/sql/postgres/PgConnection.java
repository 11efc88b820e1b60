package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.SqlFailure;
import dev.mikcar.sql.postgres.PgSockets.Peer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session that is open. What is sent is answered in its order, and may be sent before what went
 * before is answered. Safe for any thread; answers come on the event loop of the socket.
 */
final class PgConnection {
  /** How long the end of a session may take that the server does not close. */
  private static final long GOODBYE_MILLIS = 1_000;

  private final Vertx vertx;
  private final NetSocket socket;
  private final Peer peer;
  private final Thread thread = Thread.currentThread();
  private final Learned learned;
  private final Statements statements;
  private final long opened = System.nanoTime();
  private final Deque<Reply> awaited = new ArrayDeque<>();
  private final PgReset reset = new PgReset(this);
  private int process;
  private int secret;
  private boolean shared;
  private char status = 'I';
  private boolean ended;
  private Runnable onEnd = () -> {};
  private volatile long heard = System.nanoTime();

  /**
   * Takes over a socket on which the login was accepted. Called on the event loop of the socket.
   */
  PgConnection(Vertx vertx, NetSocket socket, Peer peer, Learned learned) {
    this.vertx = vertx;
    this.socket = socket;
    this.peer = peer;
    this.learned = learned;
    this.statements = new Statements(this, learned);
    socket.closeHandler(_ -> end(lost("the connection to the database was lost")));
    socket.exceptionHandler(this::fail);
  }

  /** Takes in what the server says of itself until the session is ready. */
  Future<Reply> awaitReady() {
    return enqueue(new Reply(null, false), Buffer.buffer());
  }

  /**
   * Finds out whether the session of the server is this one's alone: behind a pooler, the process
   * that can be cancelled is not the one that answers.
   */
  Future<Void> identify() {
    return simple("SELECT pg_catalog.pg_backend_pid()")
        .map(
            reply -> {
              synchronized (this) {
                shared = !PgTypes.text(rows(reply).getFirst(), 0).equals(Integer.toString(process));
              }
              reset.begin();
              return null;
            });
  }

  /** Treats it as one whose next flight may go to another session of the server. */
  synchronized void share() {
    shared = true;
  }

  synchronized boolean isShared() {
    return shared;
  }

  Peer peer() {
    return peer;
  }

  int process() {
    return process;
  }

  int secret() {
    return secret;
  }

  Learned learned() {
    return learned;
  }

  Statements statements() {
    return statements;
  }

  PgReset reset() {
    return reset;
  }

  /** Whether its socket is served by the thread that asks. */
  boolean isOnThisThread() {
    return thread.equals(Thread.currentThread());
  }

  /** When it was opened, as {@link System#nanoTime}. */
  long opened() {
    return opened;
  }

  /** When the server has answered the last time, as {@link System#nanoTime}. */
  long heard() {
    return heard;
  }

  synchronized boolean isOpen() {
    return !ended;
  }

  /** Whether a transaction is open, sound or failed. */
  synchronized boolean isInTransaction() {
    return status != 'I';
  }

  /** Runs at the end of the session, once; at once when that has come. */
  void onEnd(Runnable handler) {
    synchronized (this) {
      if (!ended) {
        onEnd = handler;
        return;
      }
    }
    handler.run();
  }

  /** Says goodbye. For its users, the session has ended when this returns. */
  void close() {
    if (isOpen()) {
      socket.write(new Frontend().terminate().bytes()).onComplete(_ -> socket.close());
      vertx.setTimer(GOODBYE_MILLIS, _ -> socket.close());
      end(lost("the connection to the database is closed"));
    }
  }

  /** Fails, and ends the session, when there is no answer in time. */
  <T> Future<T> within(Duration limit, Future<T> answer) {
    if (!answer.isComplete()) {
      long timer =
          vertx.setTimer(
              limit.toMillis(),
              _ -> fail(new ApiException.BackendTimeout("the database does not answer")));
      var _ = answer.onComplete(_ -> vertx.cancelTimer(timer));
    }
    return answer;
  }

  /** Runs a statement without parameters; its values come as texts. */
  Future<Reply> simple(String sql) {
    return send(new Frontend().query(sql), null);
  }

  /** Sends a flight that ends with a Sync. */
  Future<Reply> send(Frontend flight, @Nullable Prepared statement) {
    return succeeded(enqueue(new Reply(statement, false), flight.bytes()));
  }

  /**
   * Sends a flight that ends with a Flush, and leaves its portal open. Done when the reply is
   * whole, or holds so many bytes that they are to be taken before {@link #more}.
   */
  Future<Reply> sendOpen(Frontend flight, Prepared statement) {
    return succeeded(enqueue(new Reply(statement, true), flight.bytes()));
  }

  /** Goes on with a reply that was not whole. */
  Future<Reply> more(Reply reply) {
    Future<Reply> next;
    synchronized (this) {
      next = reply.awaitMore();
    }
    socket.resume();
    return succeeded(next);
  }

  /** The rows of a stream that have come. */
  synchronized List<List<Cell>> take(Reply reply) {
    return reply.takeRows();
  }

  private static Future<Reply> succeeded(Future<Reply> reply) {
    return reply.compose(
        done -> {
          SqlFailure failure = done.failure();
          return failure == null
              ? Future.succeededFuture(done)
              : Future.failedFuture(new PgException(failure));
        });
  }

  private Future<Reply> enqueue(Reply reply, Buffer bytes) {
    synchronized (this) {
      if (ended) {
        return Future.failedFuture(lost("the connection to the database is closed"));
      }
      awaited.add(reply);
      if (bytes.length() > 0) {
        socket.write(bytes);
      }
      return reply.whole().future();
    }
  }

  void receive(Message message) {
    switch (message.type()) {
      case 'S' -> reset.report(message.cString(), message.cString());
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

  /** COPY has no place in this API; ending the session is the one sure way out of it. */
  private void refuseCopy() {
    fail(new ApiException.BadRequest("COPY with the client is not taken"));
  }

  private void deliver(Message message) {
    Reply first;
    Promise<Reply> ready;
    synchronized (this) {
      first = awaited.peek();
      if (first != null && message.type() == 'Z') {
        status = (char) message.body().getByte(message.body().readerIndex());
      }
      if (first == null) {
        ready = null;
      } else if (first.add(message)) {
        awaited.poll();
        heard = System.nanoTime();
        ready = first.whole();
      } else {
        ready = first.split();
        if (ready != null) {
          socket.pause();
        }
      }
    }
    if (ready != null) {
      ready.complete(first);
    } else if (first == null && message.type() == 'E') {
      // Said unasked before the server closes, as when an administrator ends the session.
      fail(new PgException(message.failure()));
    }
  }

  /** Gives the session up: nothing that comes can be understood any more. */
  void fail(Throwable cause) {
    end(
        cause instanceof ApiException || cause instanceof PgException
            ? cause
            : lost("the connection to the database broke"));
    socket.close();
  }

  private void end(Throwable cause) {
    List<Reply> left;
    Runnable handler;
    synchronized (this) {
      ended = true;
      left = List.copyOf(awaited);
      awaited.clear();
      handler = onEnd;
      onEnd = () -> {};
    }
    left.forEach(
        reply -> {
          SqlFailure said = reply.failure();
          // What the server gave as its reason just before says more than that it is gone.
          reply.whole().tryFail(said == null ? cause : new PgException(said));
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
