package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import dev.mikcar.sql.database.SqlFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What comes back for one flight of messages, gathered until it is whole. For one thread. */
final class Reply {
  /** A result larger than this is not kept in memory, bytes as the server sends them. */
  static final long MOST_BYTES = 64L << 20;

  /** Of a stream: what is taken at a time, give or take a row and what has arrived with it. */
  private static final long PART_BYTES = 512 << 10;

  private Promise<Reply> whole = Promise.promise();

  /** How rows are read; null: as the statement of this flight is described. */
  private final @Nullable Prepared statement;

  /** How many ends of statements end it, when no Sync does. */
  private final boolean endsWithFlush;

  private final List<List<List<Cell>>> results = new ArrayList<>();
  private final List<String> tags = new ArrayList<>();
  private List<List<Cell>> rows = new ArrayList<>();
  private int[] parameters = new int[0];
  private List<PgColumn> columns = List.of();
  private @Nullable SqlFailure failure;
  private boolean suspended;
  private boolean tooLarge;
  private boolean differs;
  private boolean ended;
  private boolean awaits = true;
  private long bytes;

  Reply(@Nullable Prepared statement, boolean endsWithFlush) {
    this.statement = statement;
    this.endsWithFlush = endsWithFlush;
  }

  Promise<Reply> whole() {
    return whole;
  }

  int[] parameters() {
    return parameters;
  }

  List<PgColumn> columns() {
    return columns;
  }

  @Nullable SqlFailure failure() {
    return failure;
  }

  /** Whether there are more rows than the limit of the flight. */
  boolean isSuspended() {
    return suspended;
  }

  boolean isTooLarge() {
    return tooLarge;
  }

  /** The rows of each statement of the flight that has ended or was suspended. */
  List<List<List<Cell>>> results() {
    return results;
  }

  /** The command tags of the statements that have ended. */
  List<String> tags() {
    return tags;
  }

  /** Whether the statement gives other columns than it was found to give. */
  boolean differs() {
    return differs;
  }

  /** Whether it is whole; of a reply that was split, more is to come. */
  boolean isWhole() {
    return ended;
  }

  /**
   * Of a stream whose reader waits, and for whom there is enough.
   *
   * @return who waits, for no more than what is there; null when there is nobody, or not enough
   */
  @Nullable Promise<Reply> split() {
    if (!endsWithFlush || !awaits || bytes < PART_BYTES) {
      return null;
    }
    awaits = false;
    Promise<Reply> waiting = whole;
    whole = Promise.promise();
    return waiting;
  }

  /** Done when there is enough again, or all. */
  Future<Reply> awaitMore() {
    awaits = true;
    return whole.future();
  }

  /** The rows that are there, which are then its taker's. */
  List<List<Cell>> takeRows() {
    List<List<Cell>> taken = ended ? results.getLast() : rows;
    rows = new ArrayList<>();
    bytes = 0;
    return taken;
  }

  /**
   * Takes in a message.
   *
   * @return whether the reply is whole now
   */
  boolean add(Message message) {
    ended = take(message);
    return ended;
  }

  private boolean take(Message message) {
    switch (message.type()) {
      case 't' -> addParameters(message);
      case 'T' -> addColumns(message);
      case 'n' -> describe(List.of());
      case 'D' -> addRow(message);
      case 'C' -> {
        tags.add(message.cString());
        finishStatement();
        return endsWithFlush;
      }
      case 'I' -> {
        tags.add("");
        finishStatement();
        return endsWithFlush;
      }
      case 's' -> {
        suspended = true;
        finishStatement();
        return endsWithFlush;
      }
      case 'E' -> {
        failure = message.failure();
        // After an error the server skips to the next Sync, which then has to be sent.
        return endsWithFlush;
      }
      case 'Z' -> {
        return true;
      }
      default -> {
        // Parse, Bind and Close have succeeded; a notice.
      }
    }
    return false;
  }

  private void finishStatement() {
    results.add(rows);
    rows = new ArrayList<>();
  }

  private void addParameters(Message message) {
    parameters = new int[message.int16()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = message.int32();
    }
  }

  private void addColumns(Message message) {
    int count = message.int16();
    List<PgColumn> described = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String name = message.cString();
      message.body().skipBytes(6);
      int oid = message.int32();
      message.body().skipBytes(8);
      described.add(new PgColumn(name, oid));
    }
    describe(described);
  }

  private void describe(List<PgColumn> described) {
    columns = described;
    differs |= statement != null && !described.equals(statement.described());
  }

  private void addRow(Message message) {
    bytes += message.body().readableBytes();
    if (bytes > MOST_BYTES && !endsWithFlush) {
      tooLarge = true;
      rows.clear();
    }
    if (tooLarge || differs) {
      return;
    }
    int count = message.int16();
    List<Cell> row = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String value = message.value();
      row.add(value == null ? Cell.NULL : cell(i, value));
    }
    rows.add(row);
  }

  private Cell cell(int column, String value) {
    return statement == null ? new Cell.Text(value) : statement.readers().get(column).read(value);
  }
}
